//! Baidu CFC: a web function with a custom runtime. Start command and port are
//! fields of the console; no file of the zip can say them.

use super::kind::{Kind, Step};
use crate::runner_engine::Architecture;

pub(super) static BAIDU: Kind = Kind {
    name: "baidu",
    platform: "baidu",
    title: "Baidu CFC (函数计算), web function with a custom runtime",
    program: "edgepick-runner",
    limit: Some(150_000_000),
    architectures: &[Architecture::X86_64],
    texts: &[],
    steps: &[
        Step::Do(
            "Console: 创建函数 > 空白函数 > web函数 > 自定义运行时 (any with ubuntu2204 in its name).",
        ),
        Step::Do("启动命令, with port (端口) 8080:"),
        Step::Type("/var/task/edgepick-runner --platform baidu --addr 0.0.0.0:8080"),
        Step::Do("函数代码 > 上传函数.ZIP包: {zip}. 128 MB and 3 s are enough."),
        Step::Do(
            "触发器 > HTTP触发器, one for / and one for /{proxy+} (that the second takes / too is not documented): methods GET, HEAD, OPTIONS and POST; 身份验证: 不验证 (anonymous). The console shows the address, https://ID.cfc-execute.bj.baidubce.com/.",
        ),
    ],
};
