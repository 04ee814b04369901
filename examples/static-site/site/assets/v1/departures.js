// Fills tonight's board. The booking site, on another origin, reads the same file: the bucket's CORS rules allow it.
const board = document.querySelector("#departures");

function row(departure) {
  const tr = document.createElement("tr");
  const seats = departure.seats === 0 ? "full" : String(departure.seats);
  for (const text of [departure.leaves, departure.to, departure.pier, seats]) {
    const td = document.createElement("td");
    td.textContent = text;
    tr.append(td);
  }
  if (departure.seats < 6) {
    tr.lastChild.className = "few";
  }
  return tr;
}

function note(text) {
  const tr = document.createElement("tr");
  const td = document.createElement("td");
  td.colSpan = 4;
  td.textContent = text;
  tr.append(td);
  return tr;
}

try {
  const answer = await fetch("data/departures.json");
  if (!answer.ok) {
    throw new Error(`the board answered ${answer.status}`);
  }
  const { departures } = await answer.json();
  board.replaceChildren(...departures.map(row));
} catch (err) {
  board.replaceChildren(note("The board is out of reach. The printed timetable still holds."));
  console.error(err);
}
