"use strict";

// Everything that people wrote is in the page already, as text. This script never makes markup.
const byId = (id) => document.getElementById(id);
const known = JSON.parse(byId("known").textContent);
const cards = [...document.querySelectorAll(".card")];
const calm = matchMedia("(prefers-reduced-motion: reduce)");

// ---- sound

let sounding = null; // the player that is heard

class Player {
  constructor(section) {
    this.card = section.closest(".card");
    this.sound = known.sounds[Number(section.dataset.sound)];
    this.button = section.querySelector(".play");
    this.range = section.querySelector("input[type=range]");
    this.clock = section.querySelector("output");
    this.head = section.querySelector(".head");
    this.length = Number(this.range.max);
    this.name = this.button.getAttribute("aria-label").replace(/^Play /, "");
    this.audio = null; // made when it is first needed
    this.button.addEventListener("click", () => this.toggle());
    this.range.addEventListener("input", () => this.seek(Number(this.range.value)));
    section.querySelector(".pictures").addEventListener("click", (event) => {
      const box = event.currentTarget.getBoundingClientRect();
      this.seek(((event.clientX - box.left) / box.width) * this.length);
      this.play();
    });
  }

  load() {
    if (this.audio) return this.audio;
    const bytes = Uint8Array.from(atob(this.sound.data), (letter) => letter.charCodeAt(0));
    this.audio = new Audio(URL.createObjectURL(new Blob([bytes], { type: this.sound.type })));
    for (const event of ["play", "pause", "ended", "timeupdate"]) {
      this.audio.addEventListener(event, () => this.show());
    }
    this.audio.addEventListener("play", () => this.follow());
    this.audio.addEventListener("ended", () => this.card.classList.add("heard"));
    this.audio.addEventListener("error", () => {
      this.clock.textContent = "this browser cannot play it";
    });
    return this.audio;
  }

  get heard() {
    return this.audio !== null && !this.audio.paused && !this.audio.ended;
  }

  play() {
    if (sounding && sounding !== this) sounding.pause();
    sounding = this;
    this.load().play().catch(() => this.show());
  }

  pause() {
    if (this.audio) this.audio.pause();
  }

  toggle() {
    if (this.heard) this.pause();
    else this.play();
  }

  seek(seconds) {
    this.load().currentTime = Math.min(Math.max(seconds, 0), this.length);
    this.show();
  }

  follow() {
    this.show();
    if (this.heard && !calm.matches) requestAnimationFrame(() => this.follow());
  }

  show() {
    const at = Math.min(this.audio.currentTime, this.length);
    const word = this.heard ? "Pause" : "Play";
    if (this.button.textContent !== word) {
      this.button.textContent = word;
      this.button.setAttribute("aria-label", `${word} ${this.name}`);
      byId("toggle").textContent = word;
    }
    this.range.value = at;
    this.range.setAttribute("aria-valuetext", `${at.toFixed(1)} seconds`);
    this.clock.textContent = `${at.toFixed(1)} / ${this.length.toFixed(1)} s`;
    this.head.style.left = `${(at / this.length) * 100}%`;
  }
}

const players = new Map(
  cards.map((card) => [card, [...card.querySelectorAll("[data-sound]")].map((s) => new Player(s))]),
);

// ---- from example to example

let current = null;

function open(card) {
  if (current === card) return;
  if (current) current.removeAttribute("aria-current");
  current = card;
  if (card) card.setAttribute("aria-current", "true");
}

function go(step) {
  const visible = cards.filter((card) => !card.hidden);
  const at = visible.indexOf(current);
  const next = visible[at < 0 ? (step > 0 ? 0 : visible.length - 1) : at + step];
  if (!next) return;
  if (sounding) sounding.pause();
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
}

function toggle() {
  if (!current) go(1);
  const own = players.get(current) || [];
  const player = own.includes(sounding) ? sounding : own[0];
  if (player) player.toggle();
}

function playNextClip() {
  if (!current) go(1);
  const own = players.get(current) || [];
  if (own.length) own[(own.indexOf(sounding) + 1) % own.length].play();
}

for (const card of cards) card.addEventListener("focusin", () => open(card));

// ---- verdicts

const criteria = ["consistent", "clear", "relevant"];
const judged = cards.filter((card) => card.hasAttribute("data-judged"));

const field = (card, name) => card.querySelector(`[data-field=${name}]`);

function chosen(card, name) {
  const radio = field(card, name).querySelector("input:checked");
  return radio ? radio.value : null;
}

function set(card, name, value) {
  for (const radio of field(card, name).querySelectorAll("input")) {
    radio.checked = radio.value === value;
  }
}

const wellFormed = (text) => (text.toWellFormed ? text.toWellFormed() : text);

function said(card) {
  const score = (name) => (chosen(card, name) ? Number(chosen(card, name)) : null);
  return {
    instance: card.dataset.instance,
    file: card.dataset.file,
    verdict: chosen(card, "verdict"),
    consistent: score("consistent"),
    clear: score("clear"),
    relevant: score("relevant"),
    note: wellFormed(field(card, "note").value.trim()),
  };
}

const something = (one) =>
  Boolean(one.verdict || one.note || criteria.some((name) => one[name] !== null));

const place = `listen ${known.sheet.task} ${known.sheet.folder_sha256} ${known.sheet.report_sha256}`;

function keep() {
  const reviewer = byId("reviewer").value;
  const kept = { reviewer, remark: byId("remark").value, examples: judged.map(said) };
  try {
    localStorage.setItem(place, JSON.stringify(kept));
  } catch {
    // A browser that keeps nothing for such pages: what was said stays until the page is left.
  }
}

function restore() {
  let kept = null;
  try {
    kept = JSON.parse(localStorage.getItem(place));
  } catch {
    return;
  }
  if (!kept || !Array.isArray(kept.examples)) return;
  byId("reviewer").value = String(kept.reviewer || "");
  byId("remark").value = String(kept.remark || "");
  for (const one of kept.examples) {
    const same = (card) => card.dataset.instance === one.instance && card.dataset.file === one.file;
    const card = judged.find(same);
    if (!card) continue;
    for (const name of ["verdict", ...criteria]) set(card, name, String(one[name]));
    field(card, "note").value = String(one.note || "");
  }
}

function count(words = "") {
  const done = judged.filter((card) => chosen(card, "verdict")).length;
  for (const card of judged) card.dataset.verdict = chosen(card, "verdict") || "";
  byId("done").textContent = `${words}${done} of ${cards.length} judged`;
  byId("share").value = done;
}

function changed(words) {
  count(words);
  keep();
}

const turns = new WeakMap(); // card -> the criterion that the next key scores

function judge(name, value) {
  if (!current || !judged.includes(current)) return;
  set(current, name, value);
  changed(`${name} ${value}; `);
}

function score(value) {
  if (!current || !judged.includes(current)) return;
  const empty = criteria.find((name) => !chosen(current, name));
  const name = empty || criteria[(turns.get(current) || 0) % criteria.length];
  turns.set(current, criteria.indexOf(name) + 1);
  judge(name, value);
}

function takeBack() {
  if (!current || !judged.includes(current)) return;
  for (const name of ["verdict", ...criteria]) set(current, name, null);
  turns.delete(current);
  changed("taken back; ");
}

for (const card of judged) {
  const form = card.querySelector(".judge");
  form.addEventListener("input", () => changed());
  form.addEventListener("submit", (event) => event.preventDefault());
}

// ---- filters

const filters = ["instance", "answer", "reason", "findings", "open"];

function fits(card) {
  const value = (name) => byId(`filter-${name}`)?.value || "";
  const ticked = (name) => byId(`filter-${name}`).checked;
  const holds = (list, word) => !word || list.split(" ").includes(word);
  return (
    (!value("instance") || card.dataset.instance === value("instance")) &&
    holds(card.dataset.answers, value("answer")) &&
    holds(card.dataset.reasons, value("reason")) &&
    (!ticked("findings") || card.dataset.findings !== "0") &&
    (!ticked("open") || !judged.includes(card) || !chosen(card, "verdict"))
  );
}

function filter() {
  for (const card of cards) card.hidden = !fits(card);
  const visible = cards.filter((card) => !card.hidden).length;
  const all = visible === cards.length;
  byId("matching").textContent = all ? `${visible} examples` : `${visible} of ${cards.length}`;
  byId("nothing").hidden = visible > 0;
  if (current && current.hidden) open(null);
}

// Whoever has answered first judges the answer better. A card that was heard shows it.
byId("filter-blind").addEventListener("change", (event) => {
  document.body.classList.toggle("blind", event.target.checked);
});

for (const name of filters) byId(`filter-${name}`)?.addEventListener("change", filter);

// ---- keys

const actions = {
  " ": toggle,
  c: playNextClip,
  n: () => go(1),
  p: () => go(-1),
  o: () => judge("verdict", "ok"),
  b: () => judge("verdict", "bad"),
  0: takeBack,
  a: () => current && current.classList.add("heard"),
  m: () => current && judged.includes(current) && field(current, "note").focus(),
  e: () => byId("reviewer").focus(),
};
for (const value of "12345") actions[value] = () => score(value);

const writes = (element) =>
  element.matches("textarea, select, input:not([type=radio]):not([type=checkbox]):not([type=range])");

document.addEventListener("keydown", (event) => {
  const target = event.target;
  if (event.key === "Escape" && target.matches(".card textarea")) {
    target.closest(".card").focus({ preventScroll: true });
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || !byId("keys").checked) return;
  if (writes(target)) return;
  const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!action) return;
  if (event.key === " " && target.matches("button, a, summary, input")) return;
  event.preventDefault();
  action();
});

byId("previous").addEventListener("click", () => go(-1));
byId("next").addEventListener("click", () => go(1));
byId("toggle").addEventListener("click", toggle);

// ---- export

function sheet() {
  return {
    ...known.sheet,
    reviewer: byId("reviewer").value,
    examples: judged.map(said).filter(something),
    note: wellFormed(byId("remark").value.trim()),
  };
}

byId("sheet").addEventListener("input", keep);
byId("sheet").addEventListener("submit", (event) => {
  event.preventDefault();
  const filled = sheet();
  if (!filled.examples.length) {
    byId("exported").textContent = "There is no verdict to export yet.";
    return;
  }
  const text = JSON.stringify(filled, null, 2) + "\n";
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = `${filled.task}.${filled.reviewer}.review.json`;
  link.click();
  const words = `${filled.examples.length} of ${cards.length} examples are in ${link.download}.`;
  byId("exported").textContent = words;
});

restore();
count();
filter();
