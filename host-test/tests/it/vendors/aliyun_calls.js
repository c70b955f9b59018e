// @alicloud/fc2: make | check, URL, zip of `edgepick pack`. Prints what it saw.
const assert = require("assert");
const fs = require("fs");
const FC = require("@alicloud/fc2");

const [phase, endpoint, archive] = process.argv.slice(2);
const client = new FC("1042000000000042", {
  accessKeyID: "ak", accessKeySecret: "sk", region: "cn-hangzhou", endpoint,
});
const event = JSON.stringify({ count: 2 });

async function refused(call, name) {
  try {
    await call;
  } catch (error) {
    assert.strictEqual(error.name, name, error.stack);
    return;
  }
  assert.fail(`${name} was not seen`);
}

async function make() {
  await client.createService("pics", { description: "pictures" });
  const made = await client.createFunction("pics", {
    functionName: "pick", runtime: "custom.debian10", handler: "index.handler",
    memorySize: 256, timeout: 60, code: { zipFile: fs.readFileSync(archive, "base64") },
    environmentVariables: { EDGEPICK_MOUNT: "/2016-08-15/proxy/pics/pick" },
  });
  console.log("function", made.data.functionName, made.data.codeSize);
  await client.createTrigger("pics", "pick", {
    triggerName: "web", triggerType: "http", sourceArn: "any", invocationRole: "",
    triggerConfig: { authType: "anonymous", methods: ["GET"] },
  });
  const timer = await client.createTrigger("pics", "pick", {
    triggerName: "morning", triggerType: "timer", sourceArn: "any", invocationRole: "",
    triggerConfig: { cronExpression: "0 0 9 * * ?", enable: true, payload: "up" },
  });
  const [fires] = timer.data.nextFirings;
  console.log("timer", fires.utc, "in Beijing", fires.beijing);
  const version = await client.publishVersion("pics", "first");
  await client.createAlias("pics", "prod", version.data.versionId);
}

async function main() {
  if (phase === "make") await make();
  const reply = await client.invokeFunction("pics", "pick", event, { "X-Fc-Log-Type": "Tail" });
  const { images } = JSON.parse(String(reply.data));
  assert.strictEqual(new Set(images.map((image) => image.url)).size, 2);
  const log = Buffer.from(reply.headers["x-fc-log-result"], "base64").toString();
  assert(log.includes(reply.headers["x-fc-request-id"]), log);
  await client.invokeFunction("pics", "pick", event, {
    "X-Fc-Invocation-Type": "Async", "X-Fc-Stateful-Async-Invocation-Id": `left-${phase}`,
  });
  const failed = await client.invokeFunction("pics", "pick", "no JSON");
  assert.strictEqual(failed.headers["x-fc-error-type"], "UnhandledInvocationError");
  const { data: web } = await client.getTrigger("pics", "pick", "web");
  const answer = await fetch(web.urlInternet, { redirect: "manual" });
  assert.strictEqual(answer.status, 302);
  console.log(phase, "invoked, left, failed, asked by HTTP:", answer.headers.get("location"));
  const triggers = await client.listTriggers("pics", "pick");
  assert.deepStrictEqual(triggers.data.triggers.map((t) => t.triggerName), ["morning", "web"]);
  const alias = await client.getAlias("pics", "prod");
  assert.strictEqual(alias.data.versionId, "1");
  await refused(client.getService("none"), "FCServiceNotFoundError");
  const services = await client.listServices();
  console.log(phase, "services", JSON.stringify(services.data.services.map((s) => s.serviceName)));
}

main().catch((error) => { console.error(error); process.exit(1); });
