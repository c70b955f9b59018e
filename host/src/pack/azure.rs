//! Azure Functions: a custom handler, which the host starts as `host.json`
//! says and to which it forwards the plain HTTP request of the one function
//! `edgepick`. Without a route prefix that function has every path, the root
//! too.

use super::kind::{Kind, Step, TEXT, Text};
use crate::runner_engine::Architecture;

pub(super) static AZURE: Kind = Kind {
    name: "azure",
    platform: "azure",
    title: "Azure Functions, custom handler on Linux",
    program: "edgepick-runner",
    limit: None,
    architectures: &[Architecture::X86_64],
    texts: &[
        Text {
            name: "host.json",
            mode: TEXT,
            text: HOST,
        },
        Text {
            name: "edgepick/function.json",
            mode: TEXT,
            text: FUNCTION,
        },
    ],
    steps: &[
        Step::Do(
            "Create a function app. Portal: Function App > Create; Runtime stack: Custom Handler, Operating System: Linux. Or by command, with the resource group and the storage account that it has to have; STORAGE is 3 to 24 lower-case letters and digits, and it and NAME are taken by nobody else in all of Azure:",
        ),
        Step::Type("az group create --name GROUP --location REGION"),
        Step::Type(
            "az storage account create --resource-group GROUP --name STORAGE --location REGION --sku Standard_LRS",
        ),
        Step::Type(
            "az functionapp create --resource-group GROUP --name NAME --storage-account STORAGE --consumption-plan-location REGION --os-type Linux --runtime custom --functions-version 4",
        ),
        Step::Do("Upload the zip as it is: one packed anew on Windows loses the execute bit."),
        Step::Type(
            "az functionapp deployment source config-zip --resource-group GROUP --name NAME --src {zip}",
        ),
        Step::Do(
            "The site answers at https://NAME.azurewebsites.net/. The port is the host's to choose; function.json lists GET, HEAD, OPTIONS and POST and asks for no key; host.json takes the prefix /api away. Leave the app's CORS list empty: the site answers that itself.",
        ),
    ],
};

const HOST: &str = r#"{
  "version": "2.0",
  "customHandler": {
    "description": {
      "defaultExecutablePath": "edgepick-runner",
      "workingDirectory": "",
      "arguments": ["--platform", "azure"]
    },
    "enableForwardingHttpRequest": true
  },
  "extensions": { "http": { "routePrefix": "" } }
}
"#;

const FUNCTION: &str = r#"{
  "bindings": [
    {
      "type": "httpTrigger",
      "direction": "in",
      "name": "req",
      "authLevel": "anonymous",
      "methods": ["get", "head", "options", "post"],
      "route": "{*path}"
    },
    { "type": "http", "direction": "out", "name": "res" }
  ]
}
"#;
