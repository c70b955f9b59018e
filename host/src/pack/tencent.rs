//! Tencent SCF. A Web function starts the text `scf_bootstrap` of the zip's
//! root and sends plain HTTP to port 9000; an event function with the runtime
//! `CustomRuntime` starts the executable `bootstrap`, which asks for events.

use super::kind::{Kind, PROGRAM, Step, Text};
use crate::runner_engine::Architecture;

pub(super) static WEB: Kind = Kind {
    name: "tencent",
    platform: "tencent",
    title: "Tencent SCF (云函数), Web function",
    program: "edgepick-runner",
    limit: Some(500_000_000),
    architectures: &[Architecture::X86_64],
    texts: &[Text {
        name: "scf_bootstrap",
        mode: PROGRAM,
        text: SCF_BOOTSTRAP,
    }],
    steps: &[
        Step::Do(
            "Console: 函数服务 > 新建 > 从头开始; 函数类型: Web 函数; 运行环境: Nodejs (nothing of it is used, but the console opens its editor for it, and none for Go); 提交方法: 本地上传zip包, {zip}. The zip's scf_bootstrap is the 启动文件: it starts the site on port 9000. 128 MB and 3 s are enough.",
        ),
        Step::Do(URL),
    ],
};

pub(super) static EVENT: Kind = Kind {
    name: "tencent-event",
    platform: "tencent",
    title: "Tencent SCF (云函数), event function with CustomRuntime",
    program: "bootstrap",
    limit: Some(500_000_000),
    architectures: &[Architecture::X86_64],
    texts: &[],
    steps: &[
        Step::Do(
            "Console: 函数服务 > 新建 > 从头开始; 函数类型: 事件函数; 运行环境: CustomRuntime; 执行方法: index.main_handler (it is not read); 提交方法: 本地上传zip包, {zip}. 128 MB and 3 s are enough.",
        ),
        Step::Do(URL),
        Step::Do(
            "An API Gateway in front must be set to 集成响应; with 透传响应 callers see 200 and a document. Where it cannot be changed, put pass_through = [\"tencent\"] into edgepick.toml: callers then get the picture's JSON.",
        ),
    ],
};

const URL: &str = "函数 URL > 创建: 公网访问 on, 授权类型: 开放. Every method reaches the site, HEAD and OPTIONS too; leave its CORS switched off, the site answers that itself. The address is https://APPID-ID.REGION.tencentscf.com/.";

const SCF_BOOTSTRAP: &str = r#"#!/bin/bash
cd "$(dirname "$0")" && exec ./edgepick-runner --platform tencent
"#;
