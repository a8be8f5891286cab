// The microphone's sound as the gateway hears it: 16 000 Hz, mono, 16 bits, 60 ms a message.

const RATE_HZ = 16_000;
const FRAME = (RATE_HZ * 60) / 1000;

class Microphone extends AudioWorkletProcessor {
  #frame = new Int16Array(FRAME);
  #filled = 0;
  #position = 0; // of the next sample to make, in samples of the input
  #last = 0; // the input's sample before this block

  process([input]) {
    const block = input[0];
    if (!block) return true;
    const step = sampleRate / RATE_HZ;
    while (this.#position < block.length) {
      const before = Math.floor(this.#position);
      const share = this.#position - before;
      const left = before === 0 ? this.#last : block[before - 1];
      this.#put(left + (block[before] - left) * share);
      this.#position += step;
    }
    this.#position -= block.length;
    this.#last = block[block.length - 1];
    return true;
  }

  #put(sample) {
    this.#frame[this.#filled++] = Math.max(-1, Math.min(1, sample)) * 0x7fff;
    if (this.#filled < FRAME) return;
    this.port.postMessage(this.#frame.buffer, [this.#frame.buffer]);
    this.#frame = new Int16Array(FRAME);
    this.#filled = 0;
  }
}

registerProcessor("microphone", Microphone);
