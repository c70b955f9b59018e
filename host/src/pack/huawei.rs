//! Huawei FunctionGraph. An HTTP function has bash read the text `bootstrap`
//! of the zip's root (a program of that name fails with 126) and connects to
//! 127.0.0.1:8000; an event function with the runtime `Custom` starts the
//! executable `bootstrap`, which asks for events.

use super::kind::{Kind, PROGRAM, Step, Text};
use crate::runner_engine::Architecture;

pub(super) static HTTP: Kind = Kind {
    name: "huawei",
    platform: "huawei",
    title: "Huawei FunctionGraph (函数工作流), HTTP function",
    program: "edgepick-runner",
    limit: LIMIT,
    architectures: &[Architecture::X86_64],
    texts: &[Text {
        name: "bootstrap",
        mode: PROGRAM,
        text: BOOTSTRAP,
    }],
    steps: &[
        Step::Do("Console: 函数 > 函数列表 > 创建函数; 函数类型: HTTP函数."),
        Step::Do(UPLOAD),
        Step::Do(TRIGGER),
        Step::Do(PUBLISH),
        Step::Do(
            "Whether the HTTP function's proxy follows a redirect itself is not certain. If callers get the picture in place of the 302, use --for huawei-event.",
        ),
        Step::Do(
            "That proxy loses query parameters that are given twice. Write lists with commas: ?tag=night,forest, not ?tag=night&tag=forest.",
        ),
    ],
};

pub(super) static EVENT: Kind = Kind {
    name: "huawei-event",
    platform: "huawei",
    title: "Huawei FunctionGraph (函数工作流), event function with a custom runtime",
    program: "bootstrap",
    limit: LIMIT,
    architectures: &[Architecture::X86_64],
    texts: &[],
    steps: &[
        Step::Do(
            "Console: 函数 > 函数列表 > 创建函数; 函数类型: 事件函数; 运行时: 定制运行时 (Custom); 函数执行入口: bootstrap.",
        ),
        Step::Do(UPLOAD),
        Step::Do(TRIGGER),
        Step::Do(PUBLISH),
    ],
};

/// Of the console's upload.
const LIMIT: Option<usize> = Some(40_000_000);

const UPLOAD: &str = "代码 > 上传自 > Zip文件: {zip} > 部署. 128 MB and 3 s are enough.";

const TRIGGER: &str = "设置 > 触发器 > 创建触发器: API网关服务 (APIG); 安全认证: None; 请求方式: ANY, so that HEAD and OPTIONS reach the site.";

const PUBLISH: &str = "Edit the API that this made (API_test_http): 请求Path, such as /user/get; 匹配模式: 前缀匹配. 发布API, then open the trigger's 调用URL. The site must know that path: pack with --mount /user/get, or set the function's environment variable EDGEPICK_MOUNT.";

/// The code's folder cannot be written to, so a program that lost its execute
/// bit on the way is run from a copy.
const BOOTSTRAP: &str = r#"#!/bin/bash
code="${RUNTIME_CODE_ROOT:-/opt/function/code}"
program="$code/edgepick-runner"
if [ ! -x "$program" ]; then
  copy="${TMPDIR:-/tmp}/edgepick-runner"
  cp "$program" "$copy" && chmod 755 "$copy" && program="$copy"
fi
exec "$program" --platform huawei --dir "$code"
"#;
