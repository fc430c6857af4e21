// Deploys a release of the login backend by CDK: its template as it is, with the functions' zips as assets.
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { CfnElement, Stack, StackProps } from "aws-cdk-lib";
import { Asset } from "aws-cdk-lib/aws-s3-assets";
import { Construct } from "constructs";
import { parseDocument, ScalarTag, CollectionTag } from "yaml";

export interface LoginStackProps extends StackProps {
  /** The folder that a release unpacks to, such as `wxsession-0.1.0-arm64`. */
  readonly bundle: string;
}

type Json = Record<string, any>;

/**
 * The whole of a template. `CfnInclude` would make constructs of it, and knows nothing of what SAM makes: it stops at `Api.Stage`.
 * Parameters stay parameters: `cdk deploy --parameters WechatAppId=…`.
 */
class Template extends CfnElement {
  constructor(scope: Construct, id: string, private readonly template: Json) {
    super(scope, id);
  }

  /** What every element gives to its stack. */
  public _toCloudFormation(): Json {
    return this.template;
  }
}

export class LoginStack extends Stack {
  constructor(scope: Construct, id: string, { bundle, ...props }: LoginStackProps) {
    super(scope, id, props);
    const read = parseDocument(readFileSync(path.join(bundle, "template.yaml"), "utf8"), { customTags: shortTags });
    // A tag that is not listed below would only be warned of.
    for (const wrong of [...read.errors, ...read.warnings]) throw wrong;
    const template: Json = read.toJS();
    for (const [name, { Type, Properties }] of Object.entries<Json>(template.Resources)) {
      if (Type !== "AWS::Serverless::Function") continue;
      const code = new Asset(this, `${name}Code`, { path: path.join(bundle, Properties.CodeUri) });
      Properties.CodeUri = { Bucket: code.s3BucketName, Key: code.s3ObjectKey };
    }
    new Template(this, "Template", template);
  }
}

/** CloudFormation's `!Ref`, `!GetAtt`, `!Sub` and so on. */
function shortTags(tags: any[]): any[] {
  const long = (name: string) => (name === "Ref" || name === "Condition" ? name : `Fn::${name}`);
  const scalar = (name: string): ScalarTag => ({
    tag: `!${name}`,
    resolve: (text) => ({ [long(name)]: name === "GetAtt" ? text.split(/\.(.*)/s, 2) : text }),
  });
  const list = (name: string): CollectionTag => ({
    tag: `!${name}`,
    collection: "seq",
    resolve: (items: any) => ({ [long(name)]: items.toJSON() }),
  });
  const names = ["Ref", "GetAtt", "Sub", "Condition", "If", "Equals", "Not", "And", "Or", "Join", "Select", "Split", "FindInMap", "Contains"];
  return [...tags, ...names.map(scalar), ...names.map(list)];
}
