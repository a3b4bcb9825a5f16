// Files to take away: pictures of the view, data, settings, a link, and the comparison itself.

import { clear, html } from "./draw.js";
import { viewAsSvg } from "./picture.js";
import { state, toHash } from "./state.js";

export function download(name, blob) {
  const link = html("a", { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

async function savePng(world) {
  const { markup, width, height } = await viewAsSvg(world);
  const image = new Image();
  const address = URL.createObjectURL(new Blob([markup], { type: "image/svg+xml" }));
  await new Promise((resolve, reject) => {
    image.onload = resolve;
    image.onerror = () => reject(new Error("the picture could not be drawn"));
    image.src = address;
  });
  const canvas = html("canvas", { width: Math.round(width * 2), height: Math.round(height * 2) });
  const context = canvas.getContext("2d");
  context.scale(2, 2);
  context.drawImage(image, 0, 0, width, height);
  URL.revokeObjectURL(address);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  download(`1917_${state.view}.png`, blob);
}

// --- a file that needs no server -------------------------------------------------------------

async function squeezed(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

export async function unsqueezed(base64) {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

function asBase64(bytes) {
  let binary = "";
  for (let i = 0; i < bytes.length; i += 32768) binary += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return btoa(binary);
}

async function saveHtml({ world, histories, difference }) {
  const page = await (await fetch("standalone.html")).text();
  const frames = histories.flatMap(([slot, history]) => history.frames.map((frame) => ({ slot, frame })));
  if (difference) frames.push({ slot: "", frame: difference.frame });
  const packed = await Promise.all(frames.map(async ({ slot, frame }) => ({ slot, data: asBase64(await squeezed(new Uint8Array(frame))) })));
  const embedded = JSON.stringify({ world, hash: toHash(), frames: packed }).replaceAll("<", "\\u003c");
  const empty = '<script type="application/json" id="embedded">null</script>';
  download("1917_comparison.html", new Blob([page.replace(empty, () => empty.replace("null", () => embedded))], { type: "text/html" }));
}

export class SaveMenu {
  // `app` gives: world, ask(format), histories(), difference(), say(words).
  constructor(app, { fixed = false } = {}) {
    this.app = app;
    this.button = document.getElementById("save-button");
    this.menu = document.getElementById("save-menu");
    const guarded = (work) => async () => {
      this.toggle(false);
      try {
        await work();
      } catch (error) {
        app.say(`That could not be saved: ${error.message}`);
      }
    };
    const item = (id, label, hint, work) => html("button", { id, role: "menuitem", onclick: guarded(work) }, [html("b", {}, label), html("small", {}, hint)]);
    const items = [
      item("save-png", "Picture (PNG)", "this view, for slides", () => savePng(app.world)),
      item("save-svg", "Picture (SVG)", "this view, for print", async () => download(`1917_${state.view}.svg`, new Blob([(await viewAsSvg(app.world)).markup], { type: "image/svg+xml" }))),
    ];
    if (!fixed) {
      items.push(
        item("save-html", "Comparison (HTML)", "opens from a memory stick, without the model", () => saveHtml({ world: app.world, histories: app.histories(), difference: app.difference() })),
        item("save-csv", "Data (CSV)", "every day, place and body", () => app.ask("csv")),
        item("save-parquet", "Data (Parquet)", "the same, for pandas and R", () => app.ask("parquet")),
        item("save-votes", "Record and model (CSV)", "each documented figure", () => app.ask("votes")),
        item("save-yaml", "Settings (YAML)", "for allegiance run", () => app.ask("yaml")),
        item("save-link", "Copy link", "restores this view", async () => {
          window.history.replaceState(null, "", toHash());
          await navigator.clipboard.writeText(window.location.href);
          app.say("The link is copied.");
        }),
      );
    }
    clear(this.menu);
    this.menu.append(...items);
    this.button.addEventListener("click", () => this.toggle(this.menu.hidden));
    this.menu.addEventListener("keydown", (event) => this.#move(event));
    document.addEventListener("click", (event) => {
      if (!this.menu.hidden && !this.menu.contains(event.target) && !this.button.contains(event.target)) this.toggle(false);
    });
  }

  toggle(open) {
    this.menu.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    if (open) this.menu.querySelector("button").focus();
  }

  #move(event) {
    const items = [...this.menu.querySelectorAll("button")];
    const at = items.indexOf(document.activeElement);
    if (event.key === "Escape") {
      this.toggle(false);
      this.button.focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      items[(at + (event.key === "ArrowDown" ? 1 : items.length - 1)) % items.length].focus();
    } else return;
    event.stopPropagation();
  }
}
