// What pages do beyond what they can without script: stars that stay on the page,
// times in the visitor's zone, what is on now, and buttons that copy. Whatever
// fails here leaves a page that works by links and forms.
"use strict";
(() => {
  const data = document.documentElement.dataset;
  const byId = (id) => document.getElementById(id);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // Storage may be forbidden; then nothing is remembered.
  const stored = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const store = (key, value) => {
    try { if (value === null) localStorage.removeItem(key); else localStorage.setItem(key, value); } catch { /* not remembered */ }
  };

  const add = (parent, name, className, text) => {
    const e = document.createElement(name);
    e.className = className;
    e.textContent = text;
    parent.append(e);
    return e;
  };

  let quiet;
  const say = (text) => {
    const p = byId("said");
    if (!p) return;
    p.textContent = text;
    clearTimeout(quiet);
    quiet = setTimeout(() => { p.textContent = ""; }, 10000);
  };

  // ---- Stars

  // A page of who may edit a selection is about that one; others are about the
  // one that this browser remembers.
  let token = data.edit || (data.store && stored(data.store));
  let state = null; // what the API said last
  let settings; // those that the form on the page was made of

  const call = async (method, path, body) => {
    const answer = await fetch(data.api + "/selections" + path, {
      method, cache: "no-store", body: body && JSON.stringify(body),
      headers: body ? { "Content-Type": "application/json" } : {},
    });
    const said = await answer.json().catch(() => ({}));
    if (answer.ok && said.chosen) return said;
    throw Object.assign(new Error(said.detail || said.title || ""), { status: answer.status });
  };
  const gone = (error) => error.status === 404 || error.status === 410;
  const ended = new Set(); // tokens of what is deleted
  const forget = () => {
    ended.add(token);
    if (stored(data.store) === token) store(data.store, null); // and not what another tab has made since
    token = null;
    show({ chosen: [], clashes: [] });
  };

  const press = (button, on) => {
    button.setAttribute("aria-pressed", String(on));
    const what = button.form.elements.do;
    if (what) what.value = on ? "unpick" : "pick";
  };

  // A star makes a new version. The form of settings goes on from there, unless
  // somebody else has changed those.
  const follow = (answer) => {
    const version = document.querySelector(".settings [name=version]");
    const said = JSON.stringify([answer.name, answer.options]);
    if (!version) return;
    if (version.value === String(answer.version)) settings = said;
    else if (settings === said) version.value = answer.version;
  };

  const show = (answer) => {
    state = answer;
    follow(answer);
    const chosen = new Set(answer.chosen);
    for (const button of all(".star button")) press(button, chosen.has(button.value));
    for (const old of all(".clash")) old.remove();
    for (const clash of answer.clashes || []) {
      for (const id of [clash.first, clash.second]) {
        const item = byId("s-" + id);
        if (!item?.querySelector(".star")) continue; // it is of somebody else's talks
        const p = add(item, "p", "clash", "");
        let text = clash.text; // in which the ways out become links
        for (const other of clash.instead || []) {
          const when = other.text.slice(other.text.lastIndexOf("”: ") + 3), at = text.indexOf(when);
          if (at < 0 || !byId("s-" + other.slot)) continue;
          p.append(text.slice(0, at));
          add(p, "a", "", when).href = "#s-" + other.slot;
          text = text.slice(at + when.length);
        }
        p.append(text);
      }
    }
    const mine = byId("mine");
    if (!mine) return;
    mine.textContent = `My talks (${chosen.size})`;
    mine.hidden = !answer.page;
    if (answer.page) mine.href = answer.page;
  };

  const starred = (id, title, on) => {
    if (!on) return state.chosen.includes(id) ? `Still in your talks by a rule of yours: ${title}.` : `No longer starred: ${title}.`;
    const clashes = state.clashes.filter((clash) => clash.first === id || clash.second === id);
    return [`Starred: ${title}.`, ...clashes.map((clash) => clash.text)].join(" ");
  };

  // Of tabs that begin at once, one makes the selection and the others use it. They
  // see what is stored a while later only, but at once which locks are held.
  const locks = navigator.locks, sign = "slotcast:of:" + data.store + ":";
  const alone = (work) => locks ? locks.request("slotcast:begin:" + data.store, work) : work();
  const known = async () => {
    const found = data.store && stored(data.store);
    if (found && !ended.has(found)) return found;
    const held = locks && data.store ? (await locks.query()).held : [];
    const lock = held.find(({ name }) => name.startsWith(sign) && !ended.has(name.slice(sign.length)));
    return lock ? lock.name.slice(sign.length) : null;
  };
  const tell = (token) => locks && new Promise((told) => {
    locks.request(sign + token, () => { told(); return new Promise((end) => { setTimeout(end, 10000); addEventListener("pagehide", end); }); });
  });
  const begin = (id) => alone(async () => {
    token = await known();
    if (token) return null;
    const made = await call("POST", "", { picks: [id] });
    token = made.edit;
    if (data.store) store(data.store, token);
    await tell(token);
    return made;
  });

  let before = ""; // what is to be said before what was done
  const star = async (id, on) => {
    if (!token) {
      const made = await begin(id);
      if (made) return made;
    }
    const change = () => call("PATCH", "/" + token, on ? { pick: [id] } : { unpick: [id] });
    try {
      return await change();
    } catch (error) {
      if (error.status === 409) return change(); // it was changed elsewhere at the same time
      if (!gone(error) || data.edit) throw error;
      forget();
      before = "The talks that this browser had were deleted, and calendars that subscribe to them get no more. ";
      return on ? star(id, true) : state;
    }
  };

  let turn = Promise.resolve(); // one change after the other
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches(".star") || form.plain || !data.api) return;
    event.preventDefault();
    const button = form.querySelector("button");
    const title = button.getAttribute("aria-label").replace(/^Star /, "");
    const on = button.getAttribute("aria-pressed") !== "true";
    press(button, on);
    turn = turn.then(async () => {
      try {
        show(await star(button.value, on));
        say(before + starred(button.value, title, state.chosen.includes(button.value)));
        before = "";
      } catch (error) {
        before = "";
        press(button, !on);
        if (error.message && error.status) return say("Not saved: " + error.message);
        if (!error.status) return say("Not saved: there is no connection. Try again.");
        form.plain = true; // there is no API: send it as a form
        form.requestSubmit(button);
      }
    });
  });

  const load = () => {
    if (!token) return;
    turn = turn.then(async () => {
      try { show(await call("GET", "/" + token)); } catch (error) { if (gone(error) && !data.edit) forget(); }
    });
  };
  if (data.store && data.edit) {
    const other = stored(data.store), buttons = all("[data-adopt]");
    const adopt = () => {
      store(data.store, data.edit);
      for (const button of buttons) button.hidden = true;
    };
    if (!other) adopt();
    else if (other !== data.edit) {
      // Where this browser remembers another selection, its owner decides, unless
      // that is gone, as the old link to this one is.
      for (const button of buttons) {
        button.hidden = false;
        button.addEventListener("click", () => { adopt(); say("This browser now uses these talks."); });
      }
      call("GET", "/" + other).catch((error) => { if (gone(error)) adopt(); });
    }
  }
  addEventListener("storage", (event) => {
    if (event.key !== data.store || data.edit) return;
    token = event.newValue;
    if (token) load(); else forget();
  });
  addEventListener("pageshow", (event) => { if (event.persisted) load(); });
  if (byId("mine") && data.api) load();

  // ---- Buttons that copy

  for (const button of all("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const field = byId(button.dataset.copy);
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
      } catch {
        if (!document.execCommand("copy")) return say("Press Ctrl and C, or Command and C, to copy.");
      }
      say("Copied.");
    });
  }

  // ---- The visitor's zone

  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zoneButton = byId("zone"), zoneName = byId("zone-name");
  if (zoneButton && zone && zone !== data.zone) {
    const times = all("main time").filter((t) => /^\d\d:\d\d$/.test(t.textContent)).map((t) => [t, t.textContent]);
    const clock = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" });
    const day = new Intl.DateTimeFormat("en-GB", { timeZone: zone, weekday: "short" });
    const date = new Intl.DateTimeFormat("sv-SE", { timeZone: zone });
    const dates = all("main .when .date").map((d) => [d, d.textContent]);
    const long = new Intl.DateTimeFormat("en-GB", { timeZone: zone, weekday: "long", day: "numeric", month: "long", year: "numeric" });
    const beside = (d) => new Date(d.parentElement.querySelector("time").dateTime);
    const local = (t) => { // with its day, where no other words tell that
      const at = new Date(t.dateTime), dated = t.parentElement.querySelector(".date");
      const told = dated ? date.format(beside(dated)) : t.dateTime.slice(0, 10);
      return (date.format(at) === told ? "" : day.format(at) + " ") + clock.format(at);
    };
    let mine = false;
    const set = (on) => {
      mine = on;
      for (const [t, text] of times) t.textContent = on ? local(t) : text;
      for (const [d, text] of dates) d.textContent = on ? long.format(beside(d)).replace(",", "") : text;
      byId("zone-whose").textContent = on ? "your zone" : "the zone of the conference";
      zoneName.textContent = on ? zone : data.zone;
      zoneButton.textContent = on ? "Show them in the conference’s zone" : `Show them in mine, ${zone}`;
      store("slotcast:zone", on ? "mine" : null);
    };
    zoneButton.hidden = false;
    zoneButton.addEventListener("click", () => set(!mine));
    set(stored("slotcast:zone") === "mine");
  }

  // ---- Now and next

  const slots = all(".day .slots > li:not(.cancelled)").map((item) => {
    const [start, end] = all(".when time", item).map((t) => Date.parse(t.dateTime));
    return { item, start, end };
  });
  const mark = () => {
    const now = Date.now();
    const next = Math.min(...slots.map((s) => s.start).filter((start) => start > now && start < now + 12 * 36e5));
    let first = null;
    for (const { item, start, end } of slots) {
      const text = start <= now && now < end ? "Now" : start === next ? "Next" : "";
      const flag = item.querySelector(".flag");
      item.classList.toggle("is-now", text === "Now");
      if (flag && flag.textContent !== text) flag.remove();
      if (text && flag?.textContent !== text) item.querySelector(".when").prepend(Object.assign(document.createElement("span"), { className: "flag", textContent: text }));
      if (text && !first) first = item;
    }
    const button = byId("now");
    if (!button) return;
    button.hidden = !first;
    button.onclick = () => {
      first.scrollIntoView({ block: "center" });
      first.querySelector(".title").focus({ preventScroll: true });
    };
  };
  if (slots.length) {
    mark();
    setInterval(mark, 60000);
  }
})();
