// Keeps the page up to date, and leads through the trajectories.

const byId = (id) => document.getElementById(id);

// The server sends the parts of the page that have changed.

const connection = byId("connection");
const source = new EventSource(document.body.dataset.events);

source.addEventListener("open", () => {
    connection.textContent = "live";
    connection.className = "note live";
});
source.addEventListener("error", () => {
    connection.textContent = "not connected, trying again";
    connection.className = "note";
});
source.addEventListener("part", (event) => {
    const { id, html } = JSON.parse(event.data);
    const part = byId(id);
    const log = part.querySelector(".log");
    const wasAtEnd = !log || log.scrollTop + log.clientHeight >= log.scrollHeight - 4;
    const place = log?.scrollTop;
    part.innerHTML = html; // Written by the server's HtmlText, which escapes all that runs say.
    if (id === "log") {
        showLog(wasAtEnd ? undefined : place);
    } else if (id === "state") {
        byId("stop").hidden = part.firstElementChild.dataset.state !== "running";
    } else if (id === "trajectory-count") {
        countTrajectories();
    }
});

function showLog(place) {
    const log = document.querySelector(".log");
    if (log) {
        log.scrollTop = place ?? log.scrollHeight;
    }
}
showLog();

// The browser of trajectories.

const browser = byId("browser");
const slider = byId("trajectory");
const newest = byId("newest");
let asked = 0; // Of answers that overtake one another, the one asked for last is shown.

async function show(index) {
    slider.value = index;
    const number = ++asked;
    const query = new URLSearchParams({ name: browser.dataset.run, index: slider.value });
    const answer = await fetch(`/trajectory?${query}`);
    const html = await answer.text();
    if (number === asked) {
        byId("shown-trajectory").innerHTML = html;
    }
}

// By hand: the address then names the trajectory, and the newest are no longer followed.
function choose(index) {
    newest.checked = false;
    show(index);
    const address = new URL(location);
    address.searchParams.set("trajectory", slider.value);
    history.replaceState(null, "", address);
}

function countTrajectories() {
    const last = Math.max(0, Number(browser.querySelector("[data-count]").dataset.count) - 1);
    const hasMore = last > Number(slider.max);
    slider.max = last;
    if (newest.checked && hasMore) {
        show(last);
    }
}

if (browser) {
    slider.addEventListener("input", () => choose(slider.value));
    browser.addEventListener("click", (event) => {
        const at = Number(slider.value);
        const places = { first: 0, previous: at - 1, next: at + 1, last: Number(slider.max) };
        const move = event.target.dataset.move;
        if (move) {
            choose(places[move]);
        }
    });
    newest.addEventListener("change", () => {
        if (newest.checked) {
            show(slider.max);
        }
    });
}
