// The card's side of pos_app/domain/loyalty/card_code.py: the same bytes. Never a private key outside.

export const STEP_MS = 30000;
const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ+-./:";
const CONTEXT = "kopilka card code 1\n";
const PROTOCOL = 1;

export function toText(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 2) {
    const pair = i + 1 < bytes.length;
    let value = pair ? bytes[i] * 256 + bytes[i + 1] : bytes[i];
    let letters = "";
    for (let n = 0; n < (pair ? 3 : 2); n++) {
      letters = LETTERS[value % 41] + letters;
      value = Math.floor(value / 41);
    }
    text += letters;
  }
  return text;
}

export const fromHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (two) => parseInt(two, 16));
export const toHex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const newKeys = () => crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"]);

export async function publicHex(keys) {
  return toHex(new Uint8Array(await crypto.subtle.exportKey("raw", keys.publicKey)));
}

async function signed(keys, bytes) {
  return new Uint8Array(await crypto.subtle.sign({ name: "Ed25519" }, keys.privateKey, bytes));
}

export const stepAt = (ms) => Math.floor(ms / STEP_MS);

// What stands in the QR code at that time (milliseconds since 1970, of the server's clock).
export async function codeAt(card, ms) {
  const certificate = fromHex(card.certificate);
  const step = new Uint8Array(4);
  new DataView(step.buffer).setUint32(0, stepAt(ms));
  const body = joined(certificate, step);
  const signature = await signed(card.keys, joined(new TextEncoder().encode(CONTEXT), body));
  return "K1D:" + toText(joined(body, signature));
}

// The request for a certificate: `shown` is {link} or {certificate}.
export async function request(keys, shown) {
  const key = await publicHex(keys);
  const what = shown.link ?? shown.certificate;
  const text = new TextEncoder().encode(`kopilka card\n${what}\n${key}`);
  return { protocol: PROTOCOL, public_key: key, proof: toHex(await signed(keys, text)), ...shown };
}
