// A QR code of version 9, level L (ISO/IEC 18004): 53 modules, up to 335 letters. Never a network.
// One version is enough for a card's code; its content is as good as random, so mask 0 always fits.

export const SIZE = 53;
export const LETTERS_MOST = 335;
const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const VERSION = 9;
const BLOCKS = 2;
const BLOCK_BYTES = 116;
const CHECK_BYTES = 30;
const CENTRES = [6, 26, 46];

export function matrix(text) {
  const grid = Array.from({ length: SIZE }, () => new Uint8Array(SIZE));
  const taken = Array.from({ length: SIZE }, () => new Uint8Array(SIZE));
  const set = (x, y, dark) => {
    grid[y][x] = dark ? 1 : 0;
    taken[y][x] = 1;
  };
  drawPatterns(set, taken);
  drawCodewords(grid, taken, codewords(text));
  return grid;
}

function codewords(text) {
  const data = dataBytes(text);
  const blocks = [];
  for (let n = 0; n < BLOCKS; n++) {
    blocks.push(data.slice(n * BLOCK_BYTES, (n + 1) * BLOCK_BYTES));
  }
  const checks = blocks.map(remainder);
  const found = [];
  for (let i = 0; i < BLOCK_BYTES; i++) blocks.forEach((block) => found.push(block[i]));
  for (let i = 0; i < CHECK_BYTES; i++) checks.forEach((check) => found.push(check[i]));
  return found;
}

function dataBytes(text) {
  if (text.length > LETTERS_MOST) throw new RangeError("too long for a code of this size");
  const bits = [];
  const put = (value, count) => {
    for (let i = count - 1; i >= 0; i--) bits.push((value >>> i) & 1);
  };
  const value = (letter) => {
    const found = LETTERS.indexOf(letter);
    if (found < 0) throw new RangeError("not a letter of this code");
    return found;
  };
  put(2, 4); // alphanumeric
  put(text.length, 9);
  for (let i = 0; i + 1 < text.length; i += 2) put(value(text[i]) * 45 + value(text[i + 1]), 11);
  if (text.length % 2) put(value(text[text.length - 1]), 6);
  const room = BLOCKS * BLOCK_BYTES * 8;
  put(0, Math.min(4, room - bits.length));
  put(0, (8 - (bits.length % 8)) % 8);
  for (let pad = 0xec; bits.length < room; pad ^= 0xec ^ 0x11) put(pad, 8);
  const bytes = [];
  for (let i = 0; i < bits.length; i += 8) {
    bytes.push(bits.slice(i, i + 8).reduce((byte, bit) => (byte << 1) | bit, 0));
  }
  return bytes;
}

function times(x, y) {
  let product = 0;
  for (let i = 7; i >= 0; i--) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d);
    product ^= ((y >>> i) & 1) * x;
  }
  return product;
}

function generator() {
  const found = new Array(CHECK_BYTES - 1).fill(0).concat(1);
  let root = 1;
  for (let i = 0; i < CHECK_BYTES; i++) {
    for (let j = 0; j < CHECK_BYTES; j++) {
      found[j] = times(found[j], root);
      if (j + 1 < CHECK_BYTES) found[j] ^= found[j + 1];
    }
    root = times(root, 2);
  }
  return found;
}

function remainder(data) {
  const divisor = generator();
  const found = new Array(CHECK_BYTES).fill(0);
  for (const byte of data) {
    const factor = byte ^ found.shift();
    found.push(0);
    divisor.forEach((part, i) => (found[i] ^= times(part, factor)));
  }
  return found;
}

function drawPatterns(set, taken) {
  for (let i = 0; i < SIZE; i++) {
    set(6, i, i % 2 === 0);
    set(i, 6, i % 2 === 0);
  }
  for (const [cx, cy] of [[3, 3], [SIZE - 4, 3], [3, SIZE - 4]]) drawSquare(set, cx, cy, 4);
  for (const cx of CENTRES) {
    for (const cy of CENTRES) {
      if (!inCorner(cx, cy)) drawSquare(set, cx, cy, 2);
    }
  }
  drawFormat(set);
  drawVersion(set);
}

function inCorner(cx, cy) {
  const last = CENTRES[CENTRES.length - 1];
  return (cx === 6 && cy === 6) || (cx === 6 && cy === last) || (cx === last && cy === 6);
}

function drawSquare(set, cx, cy, reach) {
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const ring = Math.max(Math.abs(dx), Math.abs(dy));
      const [x, y] = [cx + dx, cy + dy];
      const inside = x >= 0 && x < SIZE && y >= 0 && y < SIZE;
      if (inside) set(x, y, reach === 4 ? ring !== 2 && ring !== 4 : ring !== 1);
    }
  }
}

function checked(value, rounds, polynomial) {
  let rest = value;
  for (let i = 0; i < rounds; i++) rest = (rest << 1) ^ ((rest >>> (rounds - 1)) * polynomial);
  return (value << rounds) | rest;
}

function drawFormat(set) {
  const bits = checked(1 << 3, 10, 0x537) ^ 0x5412; // level L, mask 0
  const bit = (i) => (bits >>> i) & 1;
  for (let i = 0; i <= 5; i++) set(8, i, bit(i));
  set(8, 7, bit(6));
  set(8, 8, bit(7));
  set(7, 8, bit(8));
  for (let i = 9; i < 15; i++) set(14 - i, 8, bit(i));
  for (let i = 0; i < 8; i++) set(SIZE - 1 - i, 8, bit(i));
  for (let i = 8; i < 15; i++) set(8, SIZE - 15 + i, bit(i));
  set(8, SIZE - 8, 1);
}

function drawVersion(set) {
  const bits = checked(VERSION, 12, 0x1f25);
  for (let i = 0; i < 18; i++) {
    const [a, b] = [SIZE - 11 + (i % 3), Math.floor(i / 3)];
    set(a, b, (bits >>> i) & 1);
    set(b, a, (bits >>> i) & 1);
  }
}

function drawCodewords(grid, taken, bytes) {
  let at = 0;
  for (let right = SIZE - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < SIZE; step++) {
      for (const x of [right, right - 1]) {
        const upwards = ((right + 1) & 2) === 0;
        const y = upwards ? SIZE - 1 - step : step;
        if (taken[y][x]) continue;
        const bit = at < bytes.length * 8 ? (bytes[at >>> 3] >>> (7 - (at & 7))) & 1 : 0;
        grid[y][x] = bit ^ ((x + y) % 2 === 0 ? 1 : 0);
        at++;
      }
    }
  }
}
