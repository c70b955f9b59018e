// @alicloud/fc20230330: make | check, URL, zip. Prints what it saw.
const assert = require("assert");
const fs = require("fs");
const { Readable } = require("stream");
const FC = require("@alicloud/fc20230330");

const [phase, url, archive] = process.argv.slice(2);
const client = new FC.default({
  accessKeyId: "ak", accessKeySecret: "sk", regionId: "cn-hangzhou", protocol: "HTTP",
  endpoint: url.replace("http://", ""),
});

async function main() {
  if (phase === "make") {
    const made = await client.createFunction(new FC.CreateFunctionRequest({
      body: new FC.CreateFunctionInput({
        functionName: "pick", runtime: "custom.debian12", handler: "index.handler", timeout: 60,
        code: new FC.InputCodeLocation({ zipFile: fs.readFileSync(archive, "base64") }),
      }),
    }));
    console.log("function", made.body.functionArn, made.body.state);
    await client.createTrigger("pick", new FC.CreateTriggerRequest({
      body: new FC.CreateTriggerInput({
        triggerName: "web", triggerType: "http",
        triggerConfig: JSON.stringify({ authType: "anonymous", methods: ["GET"] }),
      }),
    }));
    const version = await client.publishFunctionVersion("pick", new FC.PublishFunctionVersionRequest({
      body: new FC.PublishVersionInput({ description: "first" }),
    }));
    assert.strictEqual(version.body.versionId, "1");
  }
  const reply = await client.invokeFunction("pick", new FC.InvokeFunctionRequest({
    qualifier: "1", body: Readable.from([Buffer.from(phase)]),
  }));
  let text = "";
  for await (const part of reply.body) text += part;
  assert.strictEqual(text, phase);
  const trigger = await client.getTrigger("pick", "web");
  const answer = await fetch(trigger.body.httpTrigger.urlInternet, { redirect: "manual" });
  console.log(phase, "invoked, asked by HTTP:", answer.status);
  await assert.rejects(
    client.getFunction("none", new FC.GetFunctionRequest({})),
    (error) => error.code === "FunctionNotFound",
  );
  const list = await client.listFunctions(new FC.ListFunctionsRequest({}));
  console.log(phase, "functions", JSON.stringify(list.body.functions.map((f) => f.functionName)));
}

main().catch((error) => { console.error(error); process.exit(1); });
