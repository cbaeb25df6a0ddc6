/* What a reader would see wrong on this page. Returns plain lists. */
() => {
  const isShown = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && element.checkVisibility({ contentVisibilityAuto: true, visibilityProperty: true });
  };
  const named = (element) =>
    `${element.tagName.toLowerCase()}${element.id ? "#" + element.id : ""}${element.name ? `[name=${element.name}]` : ""}`;
  const fields = [...document.querySelectorAll("input, select, textarea")].filter(
    (field) => !["hidden", "submit", "button", "image", "reset"].includes(field.type) && isShown(field),
  );
  const describers = (field) => [
    ...(field.labels || []),
    ...(field.getAttribute("aria-labelledby") || "").split(/\s+/).filter(Boolean).map((id) => document.getElementById(id)),
  ];
  const unlabelled = fields
    .filter((field) => !describers(field).some((label) => label && isShown(label) && label.innerText.trim()))
    .map(named);
  const width = document.documentElement.clientWidth;
  const wide =
    document.documentElement.scrollWidth > width
      ? [...document.querySelectorAll("body *")]
          .filter((element) => element.getBoundingClientRect().right > width + 1 && isShown(element))
          .slice(0, 5)
          .map(named)
      : [];
  const texts = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const text = node.nodeValue.replace(/\s+/g, " ").trim();
    if (text && !node.parentElement.closest("script, style, [lang]:not(html), [translate=no]")) texts.add(text);
  }
  for (const element of document.querySelectorAll("[aria-label], [title], [placeholder], [alt], input[type=submit]")) {
    if (element.closest("[lang]:not(html), [translate=no]")) continue;
    for (const name of ["aria-label", "title", "placeholder", "alt"]) {
      const text = (element.getAttribute(name) || "").replace(/\s+/g, " ").trim();
      if (text) texts.add(text);
    }
    if (element.type === "submit" && element.value) texts.add(element.value.trim());
  }
  texts.add(document.title);
  return {
    unlabelled,
    overflows: document.documentElement.scrollWidth > width ? [`${document.documentElement.scrollWidth} > ${width}`, ...wide] : [],
    texts: [...texts],
    language: document.documentElement.lang,
    headings: document.querySelectorAll("h1").length,
  };
}
