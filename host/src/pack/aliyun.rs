//! Alibaba Function Compute 3.0: a web function on a custom runtime starts
//! `/code/bootstrap` where no start command is set, and connects to port 9000.
//! `s.yaml` is for Serverless Devs, which wants it beside the zip.

use super::kind::{Kind, Step, TEXT, Text};
use crate::runner_engine::Architecture;

pub(super) static ALIYUN: Kind = Kind {
    name: "aliyun",
    platform: "aliyun",
    title: "Alibaba Function Compute 3.0 (函数计算), web function on a custom runtime",
    program: "bootstrap",
    limit: Some(500_000_000),
    architectures: &[Architecture::X86_64],
    texts: &[Text {
        name: "s.yaml",
        mode: TEXT,
        text: S_YAML,
    }],
    steps: &[
        Step::Do(
            "Console: 函数管理 > 创建函数 > Web 函数; 运行环境: 自定义运行时, Debian 10; 代码上传方式: 通过 ZIP 包上传代码, {zip}. Leave 启动命令 empty; 监听端口: 9000.",
        ),
        Step::Do(
            "触发器 > HTTP 触发器: 请求方法 GET, POST, HEAD and OPTIONS (one that is not listed gets 403); 认证方式: 无需认证 (where requests must be signed, browsers get 400).",
        ),
        Step::Do("Or both with Serverless Devs, beside the zip; the region stands in s.yaml:"),
        Step::Type("unzip {zip} s.yaml && s deploy -y"),
        Step::Do(
            "Bind a domain of your own: 域名管理 > 添加自定义域名, 路由 /*. The default domain *.fcapp.run answers every redirect with 400 ExternalRedirectForbidden; callers get the picture's JSON there.",
        ),
        Step::Do(
            "A function of the older interface (2016-08-15) that callers reach at /2016-08-15/proxy/SERVICE/FUNCTION/ sees that path whole: give it the environment variable EDGEPICK_MOUNT=/2016-08-15/proxy/SERVICE/FUNCTION.",
        ),
    ],
};

const S_YAML: &str = r#"# For Serverless Devs, which takes it beside the zip: s deploy -y
edition: 3.0.0
name: edgepick
access: default
resources:
  edgepick:
    component: fc3
    props:
      region: cn-hongkong
      functionName: edgepick
      description: A random-image service
      runtime: custom.debian10
      code: "./{zip}"
      cpu: 0.35
      memorySize: 512
      diskSize: 512
      timeout: 30
      instanceConcurrency: 20
      customRuntimeConfig:
        command: [/code/bootstrap]
        port: 9000
      triggers:
        - triggerName: http
          triggerType: http
          triggerConfig:
            methods: [GET, POST, HEAD, OPTIONS]
            authType: anonymous
            disableURLInternet: false
"#;
