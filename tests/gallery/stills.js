// Pictures that no camera took: a street, drawn when it is first asked for.

/** So many different ones of each size: the clock in them moves. */
const DIFFERENT = 4;
const drawn = new Map();

/** The bytes of a JPEG of `[width, height]`, a copy that may be given away. `at` counts the pictures of a stream. */
export async function still(size, at = 0) {
  const number = at % DIFFERENT;
  const key = `${size.join("x")} ${number}`;
  if (!drawn.has(key)) drawn.set(key, draw(size, number));
  return (await drawn.get(key)).slice(0);
}

async function draw([width, height], number) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  const fill = (colour, x, y, wide, high) => {
    context.fillStyle = colour;
    context.fillRect(x * width, y * height, wide * width, high * height);
  };
  fill("#9fb8c8", 0, 0, 1, 0.6);
  fill("#6d7a5e", 0, 0.55, 1, 0.45);
  fill("#b9a88f", 0.1, 0.25, 0.3, 0.4);
  fill("#4a4f57", 0.16, 0.33, 0.06, 0.1);
  fill("#4a4f57", 0.28, 0.33, 0.06, 0.1);
  fill("#5b5f66", 0, 0.75, 1, 0.25);
  fill("#a33b32", 0.55 + 0.05 * number, 0.68, 0.2, 0.12);
  const large = Math.round(Math.min(width, height) / 14);
  context.font = `${large}px monospace`;
  context.fillStyle = "#ffffff";
  context.fillText(`12:00:0${number}`, large / 2, large * 1.2);
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.8 });
  return blob.arrayBuffer();
}
