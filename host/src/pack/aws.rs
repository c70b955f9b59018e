//! AWS Lambda: the runtime `provided.al2023` starts the executable
//! `bootstrap` of the zip's root. `template.yaml` is for AWS SAM, which wants
//! it beside the zip.

use super::kind::{Kind, Step, TEXT, Text};
use crate::runner_engine::Architecture;

pub(super) static AWS: Kind = Kind {
    name: "aws",
    platform: "aws",
    title: "AWS Lambda, OS-only runtime provided.al2023",
    program: "bootstrap",
    limit: Some(50_000_000),
    architectures: &Architecture::ALL,
    texts: &[Text {
        name: "template.yaml",
        mode: TEXT,
        text: TEMPLATE,
    }],
    steps: &[
        Step::Do(
            "Console: Lambda > Functions > Create function > Author from scratch; Runtime: Amazon Linux 2023, Architecture: {arch}. Then Code > Upload from > .zip file: {zip}. 128 MB and 10 s are enough; the handler's name is not read.",
        ),
        Step::Do(
            "Give it an address: Configuration > Function URL > Create function URL; Auth type: NONE. It passes every method on, HEAD and OPTIONS too; leave its CORS switched off, the site answers that itself.",
        ),
        Step::Do(
            "The same by command. The first two make the role that every function has to have, with leave to write logs and no other; it can be used some seconds later:",
        ),
        Step::Type(
            r#"aws iam create-role --role-name edgepick --assume-role-policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}'"#,
        ),
        Step::Type(
            "aws iam attach-role-policy --role-name edgepick --policy-arn arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
        ),
        Step::Type(
            r#"aws lambda create-function --function-name edgepick --runtime provided.al2023 --architectures {arch} --handler bootstrap --memory-size 128 --timeout 10 --zip-file fileb://{zip} --role "$(aws iam get-role --role-name edgepick --query Role.Arn --output text)""#,
        ),
        Step::Type(
            "aws lambda create-function-url-config --function-name edgepick --auth-type NONE",
        ),
        Step::Type(
            "aws lambda add-permission --function-name edgepick --statement-id url --action lambda:InvokeFunctionUrl --principal '*' --function-url-auth-type NONE",
        ),
        Step::Type(
            "aws lambda add-permission --function-name edgepick --statement-id invoke --action lambda:InvokeFunction --principal '*' --invoked-via-function-url",
        ),
        Step::Do("Or all of it with AWS SAM, beside the zip:"),
        Step::Type("unzip {zip} template.yaml && sam deploy --guided"),
        Step::Do(
            "An API Gateway (REST or HTTP API) or a load balancer in front works too: proxy integration, method ANY, for / and /{proxy+}.",
        ),
    ],
};

const TEMPLATE: &str = r#"# For AWS SAM, which takes it beside the zip: sam deploy --guided
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Description: A random-image service
Resources:
  Edgepick:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: provided.al2023
      Architectures: [{arch}]
      Handler: bootstrap
      CodeUri: "./{zip}"
      MemorySize: 128
      Timeout: 10
      FunctionUrlConfig:
        AuthType: NONE
  EdgepickPublic:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Edgepick
      Action: lambda:InvokeFunction
      Principal: "*"
      InvokedViaFunctionUrl: true
Outputs:
  Address:
    Value: !GetAtt EdgepickUrl.FunctionUrl
"#;
