// CloudEvents' package for JavaScript, which Google's framework takes events
// with, calls a function of events: node google_calls.js URL
// Prints a line for each event; fails at the first that is not taken.
const assert = require("assert");
const { CloudEvent, HTTP, Mode, emitterFor, httpTransport } = require("cloudevents");

const [url] = process.argv.slice(2);
const event = new CloudEvent({
  source: "//pics.example.net",
  type: "net.example.pick",
});

const events = {
  "no data": event,
  "every attribute": event.cloneWith({
    subject: "objects/new/red-cat.png",
    time: "2026-07-10T19:19:04.123Z",
    dataschema: "https://example.net/picture.json",
    datacontenttype: "application/json",
    bucket: "pics",
    data: { bucket: "pics", name: "new/red cat.png" },
  }),
  text: event.cloneWith({ datacontenttype: "text/plain", data: "refresh" }),
  bytes: event.cloneWith({
    datacontenttype: "application/octet-stream",
    data: new Uint8Array([255, 0, 255, 0]),
  }),
};

async function main() {
  for (const mode of [Mode.BINARY, Mode.STRUCTURED]) {
    const emit = emitterFor(httpTransport(url), { binding: HTTP, mode });
    for (const [name, event] of Object.entries(events)) {
      const message = HTTP[mode](event);
      assert(HTTP.isEvent(message));
      const answer = await fetch(url, { method: "POST", ...message });
      assert.strictEqual(answer.status, 200, `${name}: ${await answer.text()}`);
      console.log(answer.status, `${name}, ${mode}`);
      // The package's own transport, which sends nothing without a body.
      if (message.body) assert((await emit(event)).body, name);
    }
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
