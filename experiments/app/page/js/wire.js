// Frames from the model: a header in JSON, then plain numbers.

const ARRAYS = { f: Float32Array, i: Int32Array, u: Uint16Array, b: Uint8Array };

export function unpack(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const arrays = {};
  for (const { name, kind, shape, offset } of header.arrays) {
    const size = shape.reduce((product, n) => product * n, 1);
    arrays[name] = { data: new ARRAYS[kind](buffer, 4 + length + offset, size), shape };
  }
  return { header, arrays };
}

// One connection to the model. Calls `handle(header, arrays, buffer)` for everything that comes.
export class Wire {
  constructor(handle, onState) {
    this.handle = handle;
    this.onState = onState;
    this.number = 0;
    this.tries = 0;
    this.connect();
  }

  connect() {
    const address = `ws://${window.location.host}/socket`;
    this.socket = new WebSocket(address);
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => {
      this.tries = 0;
      this.onState("open");
    };
    this.socket.onmessage = (event) => {
      if (typeof event.data === "string") this.handle(JSON.parse(event.data), {}, null);
      else {
        const { header, arrays } = unpack(event.data);
        this.handle(header, arrays, event.data);
      }
    };
    this.socket.onclose = () => {
      this.onState("closed");
      this.tries += 1;
      setTimeout(() => this.connect(), Math.min(500 * 2 ** this.tries, 8000));
    };
  }

  // Send a request; returns its number, or null while there is no connection.
  ask(message) {
    if (this.socket.readyState !== WebSocket.OPEN) return null;
    this.number += 1;
    this.socket.send(JSON.stringify({ id: this.number, ...message }));
    return this.number;
  }
}
