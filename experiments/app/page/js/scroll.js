// A column that scrolls says that there is more of it below its edge.

import { html, icon } from "./draw.js";

// `words` turns the scroller into what is said, such as "3 more below".
export function moreBelow(scroller, words = () => "More below") {
  const label = html("span", {}, "More below");
  const step = () => scroller.scrollBy({ top: scroller.clientHeight * 0.8, behavior: "smooth" });
  const button = html("button", { class: "more-below", tabindex: -1, "aria-hidden": "true", hidden: true, onclick: step }, [label, icon("down")]);
  scroller.after(button);
  const look = () => {
    button.hidden = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 4;
    const said = words(scroller);
    if (!button.hidden && label.textContent !== said) label.textContent = said;
  };
  scroller.addEventListener("scroll", look, { passive: true });
  scroller.addEventListener("toggle", look, true);
  new ResizeObserver(look).observe(scroller);
  new MutationObserver(look).observe(scroller, { childList: true, subtree: true, attributes: true, attributeFilter: ["hidden", "open"] });
  return look;
}

// How many of a scroller's items are not to be seen whole.
export function countBelow(scroller, selector) {
  const edge = scroller.getBoundingClientRect().bottom + 2;
  const below = [...scroller.querySelectorAll(selector)].filter((each) => each.getBoundingClientRect().bottom > edge);
  return `${below.length} more below`;
}
