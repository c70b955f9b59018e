// @alicloud/fc20230330: make | check, URL, zip of `edgepick pack`. Prints what it saw.
const assert = require("assert");
const fs = require("fs");
const { Readable } = require("stream");
const FC = require("@alicloud/fc20230330");
const { RuntimeOptions } = require("@darabonba/typescript");

const [phase, url, archive] = process.argv.slice(2);
const client = new FC.default({
  accessKeyId: "ak", accessKeySecret: "sk", regionId: "cn-hangzhou", protocol: "HTTP",
  endpoint: url.replace("http://", ""),
});

const event = JSON.stringify({ count: 2 });

function trigger(triggerName, triggerType, config) {
  return client.createTrigger("pick", new FC.CreateTriggerRequest({
    body: new FC.CreateTriggerInput({ triggerName, triggerType, triggerConfig: JSON.stringify(config) }),
  }));
}

async function make() {
  const made = await client.createFunction(new FC.CreateFunctionRequest({
    body: new FC.CreateFunctionInput({
      functionName: "pick", runtime: "custom.debian12", handler: "index.handler", timeout: 60,
      code: new FC.InputCodeLocation({ zipFile: fs.readFileSync(archive, "base64") }),
    }),
  }));
  console.log("function", made.body.functionArn, made.body.state);
  await trigger("web", "http", { authType: "anonymous", methods: ["GET"] });
  await trigger("morning", "timer", { cronExpression: "0 0 9 * * ?", enable: true, payload: "up" });
  const version = await client.publishFunctionVersion("pick", new FC.PublishFunctionVersionRequest({
    body: new FC.PublishVersionInput({ description: "first" }),
  }));
  assert.strictEqual(version.body.versionId, "1");
}

async function invoke(body, fields) {
  const request = new FC.InvokeFunctionRequest({ body: Readable.from([Buffer.from(body)]) });
  const headers = new FC.InvokeFunctionHeaders(fields);
  const reply = await client.invokeFunctionWithOptions("pick", request, headers, new RuntimeOptions({}));
  let text = "";
  for await (const part of reply.body) text += part;
  return { headers: reply.headers, text };
}

async function main() {
  if (phase === "make") await make();
  const reply = await invoke(event, { xFcLogType: "Tail" });
  const { images } = JSON.parse(reply.text);
  assert.strictEqual(new Set(images.map((image) => image.url)).size, 2);
  const log = Buffer.from(reply.headers["x-fc-log-result"], "base64").toString();
  assert(log.includes(reply.headers["x-fc-request-id"]), log);
  const left = await invoke(event, { xFcInvocationType: "Async", xFcAsyncTaskId: `left-${phase}` });
  assert.strictEqual(left.text, "");
  const failed = await invoke("no JSON", {});
  assert.strictEqual(failed.headers["x-fc-error-type"], "UnhandledInvocationError");
  const web = await client.getTrigger("pick", "web");
  const answer = await fetch(web.body.httpTrigger.urlInternet, { redirect: "manual" });
  assert.strictEqual(answer.status, 302);
  console.log(phase, "invoked, left, failed, asked by HTTP:", answer.headers.get("location"));
  const { body } = await client.listTriggers("pick", new FC.ListTriggersRequest({}));
  assert.deepStrictEqual(body.triggers.map((t) => t.triggerName), ["morning", "web"]);
  await assert.rejects(
    client.getFunction("none", new FC.GetFunctionRequest({})),
    (error) => error.code === "FunctionNotFound",
  );
  const list = await client.listFunctions(new FC.ListFunctionsRequest({}));
  console.log(phase, "functions", JSON.stringify(list.body.functions.map((f) => f.functionName)));
}

main().catch((error) => { console.error(error); process.exit(1); });
