// Giving the viewer a file.

/** Lets the browser save `blob` as `name`. */
export function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Local time that sorts, without the colons that some file systems refuse. */
export function stamp(when) {
  const two = (number) => String(number).padStart(2, "0");
  const day = [when.getFullYear(), two(when.getMonth() + 1), two(when.getDate())].join("-");
  return `${day} ${two(when.getHours())}.${two(when.getMinutes())}.${two(when.getSeconds())}`;
}
