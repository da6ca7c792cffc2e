"use strict";

// sorting: numbers by what stands behind them, what has none last
for (const heading of document.querySelectorAll("th[aria-sort]")) {
  heading.firstElementChild.addEventListener("click", () => {
    const rising = heading.getAttribute("aria-sort") !== "ascending";
    for (const other of heading.parentElement.children) other.setAttribute("aria-sort", "none");
    heading.setAttribute("aria-sort", rising ? "ascending" : "descending");
    const body = heading.closest("table").tBodies[0];
    const keyed = Array.from(body.rows, (row) => [key(row.cells[heading.cellIndex], heading), row]);
    keyed.sort(([one], [other]) => compare(one, other, rising));
    body.append(...keyed.map(([, row]) => row));
  });
}

function key(cell, heading) {
  if (!heading.classList.contains("number")) return cell.textContent.trim();
  return "value" in cell.dataset ? Number(cell.dataset.value) : null;
}

function compare(one, other, rising) {
  if (one === null || other === null) return (one === null) - (other === null);
  const order = typeof one === "number" ? one - other : one.localeCompare(other);
  return rising ? order : -order;
}

// filtering
for (const form of document.querySelectorAll("form.filter")) {
  const [find, state, front] = form.querySelectorAll("input[type=search], select, input[type=checkbox]");
  const rows = Array.from(document.getElementById(form.dataset.table).tBodies[0].rows);
  const apply = () => {
    const words = find.value.toLowerCase().split(/\s+/);
    let shown = 0;
    for (const row of rows) {
      const text = row.dataset.find.toLowerCase();
      const fits = words.every((word) => text.includes(word))
        && (!state.value || row.dataset.state === state.value) && (!front.checked || "front" in row.dataset);
      row.hidden = !fits;
      shown += fits;
    }
    form.querySelector("output").textContent =
      shown === rows.length ? `${rows.length} files` : `${shown} of ${rows.length} files`;
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  apply(); // a browser may have kept what was typed
}

// two answers, one over the other, with an edge that moves; made when it is about to be seen
const near = new IntersectionObserver((seen) => {
  for (const one of seen.filter((entry) => entry.isIntersecting)) {
    near.unobserve(one.target);
    start(one.target);
  }
}, { rootMargin: "600px" });
for (const compare of document.querySelectorAll(".compare")) {
  compare.hidden = false;
  near.observe(compare);
}

function start(compare) {
  const strips = Array.from(compare.parentElement.querySelectorAll(".strip"));
  const stage = compare.querySelector(".stage");
  const [sample, left, right] = compare.querySelectorAll("select");
  const titles = (strip) => Array.from(strip.querySelectorAll("figure"), (figure) => figure.dataset.title);
  const choose = (select, values, wanted) => {
    select.replaceChildren(...values.map((value) => new Option(value)));
    select.value = values.includes(wanted) ? wanted : values[values.length - 1];
  };
  const show = () => {
    const strip = strips[sample.selectedIndex];
    const said = [];
    for (const [side, select] of [["left", left], ["right", right]]) {
      const figure = strip.querySelectorAll("figure")[select.selectedIndex];
      const picture = stage.querySelector(`img[data-side=${side}]`);
      const source = figure.querySelector("img");
      picture.src = source.src;
      picture.alt = source.alt;
      picture.width = source.width;
      picture.height = source.height;
      stage.querySelector(`.tag.${side}`).textContent = select.value;
      said.push(`${side}: ${figure.querySelector("figcaption").textContent.trim()}`);
    }
    compare.querySelector(".said").textContent = `${sample.value}; ${said.join("; ")}`;
  };
  const fill = () => {
    const values = titles(strips[sample.selectedIndex]);
    choose(left, values, left.value || "original");
    choose(right, values, right.value);
    show();
  };
  choose(sample, strips.map((strip) => strip.dataset.sample), strips[0].dataset.sample);
  sample.addEventListener("change", fill);
  left.addEventListener("change", show);
  right.addEventListener("change", show);
  const range = compare.querySelector("input[type=range]");
  const move = () => stage.style.setProperty("--at", `${range.value}%`);
  range.addEventListener("input", move);
  stage.addEventListener("pointermove", (event) => {
    if (event.pointerType === "mouse" && event.buttons !== 1) return;
    const box = stage.getBoundingClientRect();
    range.value = (100 * (event.clientX - box.left)) / box.width;
    move();
  });
  fill();
  move();
}

// commands to the clipboard, where the browser has one
if (navigator.clipboard) {
  for (const button of document.querySelectorAll(".copy")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.previousElementSibling.textContent);
      button.firstChild.textContent = "Copied";
    });
  }
}
