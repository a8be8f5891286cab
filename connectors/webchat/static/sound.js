// Sound in and out: the microphone as frames for the gateway, its answers played one after the other.

const LOW_PASS_HZ = 7_200; // below half of what the gateway hears

/** Calls `onFrame(ArrayBuffer)` while `open`. Throws NotAllowedError, NotFoundError. */
export class Microphone {
  #stream = null;
  #source = null;

  async open(context, onFrame) {
    this.#stream = await navigator.mediaDevices.getUserMedia({
      audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
    await context.audioWorklet.addModule("/webchat/static/microphone-worklet.js");
    this.#source = context.createMediaStreamSource(this.#stream);
    const filter = new BiquadFilterNode(context, { type: "lowpass", frequency: LOW_PASS_HZ });
    const frames = new AudioWorkletNode(context, "microphone", { numberOfOutputs: 0 });
    frames.port.onmessage = (event) => onFrame(event.data);
    this.#source.connect(filter).connect(frames);
  }

  close() {
    this.#source?.disconnect();
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = this.#source = null;
  }
}

/** Plays 16-bit mono frames without gaps; `volume` is 0 to 1. */
export class Player {
  #context;
  #gain;
  #rate;
  #until = 0;
  #playing = new Set();

  constructor(context, rate) {
    this.#context = context;
    this.#rate = rate;
    this.#gain = new GainNode(context);
    this.#gain.connect(context.destination);
  }

  set volume(share) {
    this.#gain.gain.value = share;
  }

  play(pcm) {
    const samples = new Int16Array(pcm, 0, Math.floor(pcm.byteLength / 2));
    if (!samples.length) return;
    const buffer = this.#context.createBuffer(1, samples.length, this.#rate);
    const channel = buffer.getChannelData(0);
    for (let i = 0; i < samples.length; i++) channel[i] = samples[i] / 0x8000;
    const source = new AudioBufferSourceNode(this.#context, { buffer });
    source.connect(this.#gain);
    source.onended = () => this.#playing.delete(source);
    this.#until = Math.max(this.#until, this.#context.currentTime);
    source.start(this.#until);
    this.#until += buffer.duration;
    this.#playing.add(source);
  }

  hush() {
    for (const source of this.#playing) source.stop();
    this.#playing.clear();
    this.#until = 0;
  }
}
