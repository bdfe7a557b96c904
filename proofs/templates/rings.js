// The two rings: draws the choice of kernel, number of poses and height from numbers computed when the page was made.
(function () {
  "use strict";
  const data = JSON.parse(document.getElementById("rings-data").textContent);
  const controls = document.getElementById("rings-controls"), figure = document.getElementById("rings-figure");
  const kernel = document.getElementById("rings-kernel"), poses = document.getElementById("rings-poses");
  const height = document.getElementById("rings-height");
  const say = (id, text) => { document.getElementById(id).textContent = text; };
  data.kernels.forEach((name, i) => { kernel.add(new Option(name, i)); });
  poses.max = data.poses.length - 1;
  height.max = data.heights.length - 1;
  [kernel.value, height.value, poses.value] = data.chosen;

  const shape = (name, attributes, text) => {
    const parts = Object.entries(attributes).map(([key, value]) => `${key}="${value}"`).join(" ");
    return `<${name} ${parts}>${text === undefined ? "" : text}</${name}>`;
  };
  const fixed = (value) => Number(value).toFixed(2);
  const fraction = (text) => { const [top, bottom] = text.split("/"); return top / (bottom || 1); };
  const UP = "#0072B2", DOWN = "#E69F00", MEAN = "#a84300", GREY = "#9aa1a9";

  // Poses of the upper ring are discs, of the lower one squares; the dashed pose is the missing one.
  function rings(count, h) {
    const middle = [150, 150], radius = 105 * Math.sqrt(1 - h * h), parts = [];
    parts.push(shape("circle", {cx: 150, cy: 150, r: 105, fill: "none", stroke: "#d9dde2"}));
    for (const side of [-1, 1]) {
      const centre = middle[1] - side * 105 * h;
      parts.push(shape("ellipse", {cx: 150, cy: fixed(centre), rx: fixed(radius), ry: fixed(radius * 0.3),
        fill: "none", stroke: GREY}));
      for (let j = 0; j < count; j++) {
        const angle = Math.PI * (2 * j + (side < 0 ? 1 : 0)) / count;
        const x = 150 + radius * Math.cos(angle), y = centre + 0.3 * radius * Math.sin(angle);
        if (side < 0) parts.push(shape("rect", {x: fixed(x - 4), y: fixed(y - 4), width: 8, height: 8, fill: DOWN}));
        else if (j > 0) parts.push(shape("circle", {cx: fixed(x), cy: fixed(y), r: 4.5, fill: UP}));
        else parts.push(shape("circle", {cx: fixed(x), cy: fixed(y), r: 6, fill: "#fff", stroke: UP,
          "stroke-width": 2, "stroke-dasharray": "3 2"}));
      }
    }
    parts.push(shape("text", {x: 150, y: 285, "text-anchor": "middle"}, "poses; the dashed one is missing"));
    return parts.join("");
  }

  // Axes with powers of ten; returns the two maps to pixels.
  function axes(left, width, xs, low, high, [title, quantity], parts, logarithmic) {
    const top = 34, bottom = 250;
    parts.push(shape("text", {x: left - 30, y: 14}, quantity));
    const y = (value) => bottom - (bottom - top) * (Math.log10(value) - low) / (high - low);
    const place = logarithmic ? Math.log : Number;
    const first = place(xs[0]), last = place(xs[xs.length - 1]);
    const x = (value) => left + width * (place(value) - first) / (last - first);
    for (let power = low; power <= high; power++) {
      const level = fixed(y(10 ** power));
      parts.push(shape("line", {x1: left, x2: left + width, y1: level, y2: level, stroke: "#e6e8ea"}));
      if ((power - low) % Math.ceil((high - low) / 6) === 0)
        parts.push(shape("text", {x: left - 6, y: Number(level) + 4, "text-anchor": "end"},
          `10${shape("tspan", {dy: -5, "font-size": 9}, power)}`));
    }
    const few = logarithmic ? xs.filter((value) => [2, 4, 8, 16, 24].includes(value)) : xs.filter((value) => value % 4 === 0);
    const ticks = xs.length > 12 ? few : xs;
    for (const value of ticks) parts.push(shape("text", {x: fixed(x(value)), y: 266, "text-anchor": "middle"}, value));
    parts.push(shape("text", {x: left + width / 2, y: 285, "text-anchor": "middle"}, title));
    return [x, y];
  }

  const bounds = (values) => [Math.floor(Math.log10(Math.min(...values))), Math.ceil(Math.log10(Math.max(...values)))];

  function spectrum(values, mean, parts) {
    const indices = values.map((_, k) => k), count = values.length - 1;
    const [x, y] = axes(370, 240, indices, ...bounds(values), ["frequency k", "eigenvalue"], parts, false);
    parts.push(shape("line", {x1: 362, x2: 618, y1: fixed(y(mean)), y2: fixed(y(mean)), stroke: MEAN,
      "stroke-dasharray": "6 4"}));
    parts.push(shape("text", {x: 490, y: fixed(y(mean) - 6), "text-anchor": "middle", fill: MEAN}, "harmonic mean"));
    values.forEach((value, k) => parts.push(shape("circle", {cx: fixed(x(k)), cy: fixed(y(value)), r: 4, fill: UP})));
    parts.push(shape("circle", {cx: fixed(x(count)), cy: fixed(y(values[count])), r: 9, fill: "none", stroke: "#000",
      "stroke-width": 1.5}));
    parts.push(shape("text", {x: fixed(x(count) - 14), y: fixed(y(values[count]) - 10), "text-anchor": "end"}, "labels"));
  }

  function errors(values, chosen, parts) {
    const all = [...values, 1];
    const [x, y] = axes(700, 230, data.poses, ...bounds(all), ["number N of poses", "error"], parts, true);
    parts.push(shape("line", {x1: 692, x2: 938, y1: fixed(y(1)), y2: fixed(y(1)), stroke: MEAN,
      "stroke-dasharray": "6 4"}));
    parts.push(shape("text", {x: 935, y: fixed(y(1) - 6), "text-anchor": "end", fill: MEAN}, "above: classified wrong"));
    values.forEach((value, i) => parts.push(shape("circle", {cx: fixed(x(data.poses[i])), cy: fixed(y(value)),
      r: i === chosen ? 7 : 3.5, fill: i === chosen ? DOWN : UP})));
  }

  function draw() {
    const name = data.kernels[kernel.value], h = data.heights[height.value], i = Number(poses.value);
    const count = data.poses[i], values = data.spectra[name][height.value][i].map(Number);
    const error = data.errors[name][height.value][i], mean = data.means[name][height.value][i];
    const parts = [rings(count, fraction(h))];
    spectrum(values, Number(mean), parts);
    errors(data.errors[name][height.value].map(Number), i, parts);
    figure.innerHTML = shape("svg", {viewBox: "0 0 960 300", role: "img", "font-family": "system-ui, sans-serif",
      "font-size": 12, "aria-label": `Two rings of ${count} poses, their spectrum and the error`}, parts.join(""));
    say("rings-poses-value", count);
    say("rings-height-value", h);
    say("rings-eigenvalue", data.spectra[name][height.value][i][count]);
    say("rings-mean", mean);
    say("rings-error", error);
    say("rings-verdict", Number(error) < 1 ? "below 1: classified right" : "above 1: classified wrong");
  }
  for (const control of [kernel, poses, height]) control.addEventListener("input", draw);
  controls.hidden = false;
  draw();
})();
