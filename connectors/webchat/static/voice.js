// Speaking with the assistant: hold a button or let it listen, see large what is heard and said.

import { announce, byId } from "./dom.js";
import { Microphone, Player } from "./sound.js";
import { silence } from "./speech.js";
import { words } from "./words.js";

export const canListen =
  "AudioWorkletNode" in window && Boolean(navigator.mediaDevices?.getUserMedia);

const SOONEST_MS = 400;
const LATEST_MS = 10_000;
const ANOTHER_SPEAKS = 4409; // close code: another page of this browser is spoken with now

/** The voice panel. It is open or closed; while it is open the microphone belongs to it. */
export class Voice {
  #panel = byId("voice-panel");
  #button = byId("voice");
  #hold = byId("voice-hold");
  #free = byId("voice-free");
  #state = byId("voice-state");
  #mine = byId("voice-mine");
  #theirs = byId("voice-theirs");
  #microphone = new Microphone();
  #context = null;
  #player = null;
  #socket = null;
  #tries = 0;
  #sending = false;

  constructor() {
    this.#button.hidden = !canListen;
    this.#button.addEventListener("click", () => (this.#panel.hidden ? this.open() : this.close()));
    byId("voice-close").addEventListener("click", () => this.close());
    byId("voice-hush").addEventListener("click", () => this.#tell({ type: "abort" }));
    this.#free.addEventListener("click", () => this.#listen(!this.#isFree));
    this.#hold.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.#hold.setPointerCapture(event.pointerId);
      this.#press();
    });
    for (const over of ["pointerup", "pointercancel"]) {
      this.#hold.addEventListener(over, () => this.#release());
    }
    this.#hold.addEventListener("keydown", (event) => {
      if ((event.key === " " || event.key === "Enter") && !event.repeat) {
        event.preventDefault();
        this.#press();
      }
    });
    this.#hold.addEventListener("keyup", (event) => {
      if (event.key === " " || event.key === "Enter") this.#release();
    });
    this.#hold.addEventListener("blur", () => this.#release());
  }

  async open() {
    silence();
    this.#show(words.voiceOpening);
    this.#panel.hidden = false;
    this.#button.setAttribute("aria-expanded", "true");
    try {
      this.#context = new AudioContext();
      await this.#context.resume();
      await this.#microphone.open(this.#context, (frame) => this.#hear(frame));
    } catch (problem) {
      this.#show(problem.name === "NotFoundError" ? words.noMicrophone : words.microphoneRefused);
      this.#stopSound();
      return;
    }
    this.#tries = 0;
    this.#connect();
    this.#hold.focus();
  }

  close() {
    this.#panel.hidden = true;
    this.#button.setAttribute("aria-expanded", "false");
    this.#stopSound();
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#button.focus();
  }

  get #isFree() {
    return this.#free.getAttribute("aria-checked") === "true";
  }

  #stopSound() {
    this.#microphone.close();
    this.#player?.hush();
    this.#context?.close();
    this.#context = this.#player = null;
    this.#sending = false;
  }

  #connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const free = this.#isFree ? 1 : 0;
    const socket = new WebSocket(`${scheme}://${location.host}/webchat/voice?free=${free}`);
    socket.binaryType = "arraybuffer";
    socket.onmessage = (event) => {
      if (socket !== this.#socket) return;
      if (typeof event.data === "string") this.#told(JSON.parse(event.data));
      else this.#player?.play(event.data);
    };
    socket.onclose = (event) => {
      if (socket !== this.#socket) return;
      if (event.code === ANOTHER_SPEAKS) {
        this.close();
        return;
      }
      this.#player?.hush();
      this.#sending = false;
      this.#hold.classList.remove("pressed");
      this.#show(words.offlineVoice);
      this.#later(socket);
    };
    this.#socket = socket;
  }

  /** Try again, less and less often, for as long as the panel is open. */
  #later(socket) {
    const wait = Math.min(LATEST_MS, SOONEST_MS * 2 ** this.#tries) * (0.7 + Math.random() * 0.6);
    this.#tries = Math.min(this.#tries + 1, 10);
    setTimeout(() => this.#socket === socket && this.#connect(), wait);
  }

  #told(body) {
    switch (body.type) {
      case "hello":
        this.#tries = 0;
        this.#player = new Player(this.#context, body.rate_hz);
        this.#hold.disabled = this.#isFree || !body.hears;
        this.#free.hidden = !body.hears;
        if (!body.hears) {
          this.#show(words.noEars);
          break;
        }
        if (this.#isFree) this.#start();
        else this.#show(words.voiceReady);
        break;
      case "state":
        this.#panel.dataset.state = body.state;
        this.#show(words.voiceStates[body.state]);
        break;
      case "heard":
        this.#mine.textContent = body.text;
        this.#mine.classList.toggle("guess", !body.final);
        break;
      case "saying":
        this.#theirs.textContent = body.text;
        break;
      case "hush":
        this.#player?.hush();
        break;
      case "volume":
        if (this.#player) this.#player.volume = body.level / 100;
        break;
    }
  }

  /** Another way of listening is another session. */
  #listen(on) {
    this.#free.setAttribute("aria-checked", String(on));
    this.#hold.disabled = on;
    this.#sending = false;
    announce(on ? words.listening : words.notListening);
    const before = this.#socket;
    this.#player?.hush();
    this.#connect();
    before?.close();
  }

  #press() {
    if (this.#isFree || this.#sending) return;
    this.#hold.classList.add("pressed");
    this.#start();
  }

  #release() {
    if (this.#isFree || !this.#sending) return;
    this.#hold.classList.remove("pressed");
    this.#sending = false;
    this.#tell({ type: "stop" });
  }

  #start() {
    this.#context?.resume();
    this.#mine.textContent = "";
    this.#sending = true;
    this.#tell({ type: "start", held: !this.#isFree });
  }

  #hear(frame) {
    if (this.#sending && this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(frame);
  }

  #tell(body) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(body));
  }

  #show(text) {
    this.#state.textContent = text;
  }
}
