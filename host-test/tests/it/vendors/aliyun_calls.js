// @alicloud/fc2: make | check, URL, zip. Prints what it saw.
const assert = require("assert");
const fs = require("fs");
const FC = require("@alicloud/fc2");

const [phase, endpoint, archive] = process.argv.slice(2);
const client = new FC("1042000000000042", {
  accessKeyID: "ak", accessKeySecret: "sk", region: "cn-hangzhou", endpoint,
});

async function refused(call, name) {
  try {
    await call;
  } catch (error) {
    assert.strictEqual(error.name, name, error.stack);
    return;
  }
  assert.fail(`${name} was not seen`);
}

async function main() {
  if (phase === "make") {
    await client.createService("pics", { description: "pictures" });
    const made = await client.createFunction("pics", {
      functionName: "pick", runtime: "custom.debian10", handler: "index.handler",
      memorySize: 256, timeout: 60, code: { zipFile: fs.readFileSync(archive, "base64") },
    });
    console.log("function", made.data.functionName, made.data.codeSize);
    await client.createTrigger("pics", "pick", {
      triggerName: "web", triggerType: "http", sourceArn: "any", invocationRole: "",
      triggerConfig: { authType: "function", methods: ["GET"] },
    });
    await client.createTrigger("pics", "pick", {
      triggerName: "morning", triggerType: "timer", sourceArn: "any", invocationRole: "",
      triggerConfig: { cronExpression: "0 0 9 * * ?", enable: true, payload: "up" },
    });
    const version = await client.publishVersion("pics", "first");
    await client.createAlias("pics", "prod", version.data.versionId);
  }
  const reply = await client.invokeFunction("pics", "pick", phase, { "X-Fc-Log-Type": "Tail" });
  assert.strictEqual(String(reply.data), phase);
  const log = Buffer.from(reply.headers["x-fc-log-result"], "base64").toString();
  assert(log.includes(`event ${phase}`), log);
  await client.invokeFunction("pics", "pick", phase, { "X-Fc-Invocation-Type": "Async" });
  const failed = await client.invokeFunction("pics", "pick", "fail");
  assert.strictEqual(failed.headers["x-fc-error-type"], "UnhandledInvocationError");
  console.log(phase, "invoked, left, failed");
  const triggers = await client.listTriggers("pics", "pick");
  assert.deepStrictEqual(triggers.data.triggers.map((t) => t.triggerName), ["morning", "web"]);
  const alias = await client.getAlias("pics", "prod");
  assert.strictEqual(alias.data.versionId, "1");
  await refused(client.getService("none"), "FCServiceNotFoundError");
  const services = await client.listServices();
  console.log(phase, "services", JSON.stringify(services.data.services.map((s) => s.serviceName)));
}

main().catch((error) => { console.error(error); process.exit(1); });
