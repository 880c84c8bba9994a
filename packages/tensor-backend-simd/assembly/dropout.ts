// Inverted dropout from Threefry-2x32-20, the same bits as core's randomStream.

let word0: u32 = 0;
let word1: u32 = 0;

/** out = x · mask for the elements [start, end), `start` even; dropped where a word is below `threshold`. */
export function dropout(
  x: usize,
  out: usize,
  start: i32,
  end: i32,
  key0: u32,
  key1: u32,
  step: u32,
  threshold: f64,
  kept: f32,
): void {
  for (let i = start; i < end; i += 2) {
    threefry(key0, key1, <u32>(i >> 1), step);
    const at: usize = (<usize>i) << 2;
    store<f32>(out + at, <f64>word0 < threshold ? 0 : load<f32>(x + at) * kept);
    if (i + 1 < end)
      store<f32>(out + at + 4, <f64>word1 < threshold ? 0 : load<f32>(x + at + 4) * kept);
  }
}

function threefry(key0: u32, key1: u32, counter0: u32, counter1: u32): void {
  const key2: u32 = 0x1bd11bda ^ key0 ^ key1;
  let x0 = counter0 + key0;
  let x1 = counter1 + key1;
  x0 += x1;
  x1 = rotl<u32>(x1, 13) ^ x0;
  x0 += x1;
  x1 = rotl<u32>(x1, 15) ^ x0;
  x0 += x1;
  x1 = rotl<u32>(x1, 26) ^ x0;
  x0 += x1;
  x1 = rotl<u32>(x1, 6) ^ x0;
  x0 += key1;
  x1 += key2 + 1;
  x0 += x1;
  x1 = rotl<u32>(x1, 17) ^ x0;
  x0 += x1;
  x1 = rotl<u32>(x1, 29) ^ x0;
  x0 += x1;
  x1 = rotl<u32>(x1, 16) ^ x0;
  x0 += x1;
  x1 = rotl<u32>(x1, 24) ^ x0;
  x0 += key2;
  x1 += key0 + 2;
  x0 += x1;
  x1 = rotl<u32>(x1, 13) ^ x0;
  x0 += x1;
  x1 = rotl<u32>(x1, 15) ^ x0;
  x0 += x1;
  x1 = rotl<u32>(x1, 26) ^ x0;
  x0 += x1;
  x1 = rotl<u32>(x1, 6) ^ x0;
  x0 += key0;
  x1 += key1 + 3;
  x0 += x1;
  x1 = rotl<u32>(x1, 17) ^ x0;
  x0 += x1;
  x1 = rotl<u32>(x1, 29) ^ x0;
  x0 += x1;
  x1 = rotl<u32>(x1, 16) ^ x0;
  x0 += x1;
  x1 = rotl<u32>(x1, 24) ^ x0;
  x0 += key1;
  x1 += key2 + 4;
  x0 += x1;
  x1 = rotl<u32>(x1, 13) ^ x0;
  x0 += x1;
  x1 = rotl<u32>(x1, 15) ^ x0;
  x0 += x1;
  x1 = rotl<u32>(x1, 26) ^ x0;
  x0 += x1;
  x1 = rotl<u32>(x1, 6) ^ x0;
  x0 += key2;
  x1 += key0 + 5;
  word0 = x0;
  word1 = x1;
}
