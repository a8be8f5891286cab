// Photos on their way out: judged and scaled down here, then uploaded with progress.

const LONGEST_SIDE = 1920;
const SMALL_BYTES = 600_000;
const QUALITY = 0.86;

/** A JPEG of at most LONGEST_SIDE; small ones stay as they are. Throws when it is no picture. */
export async function scaled(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const shrink = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  if (shrink === 1 && file.size <= SMALL_BYTES) return file;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * shrink);
  canvas.height = Math.round(picture.height * shrink);
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  return blob && blob.size < file.size ? blob : file;
}

/**
 * Upload a photo; returns its id.
 * Throws { words, again }: `words` from the gateway when it refused, `again` when a retry may help.
 */
export function upload(blob, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/webchat/photos");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    request.addEventListener("load", () => {
      if (request.status === 201) resolve(request.response.id);
      else reject({ words: request.response?.message ?? null, again: request.status >= 500 });
    });
    request.addEventListener("error", () => reject({ words: null, again: true }));
    request.send(blob);
  });
}
