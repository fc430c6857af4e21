# A release of the login backend. CloudFormation deploys it; Terraform brings the zips to S3 and the template with them.

variable "bundle" {
  description = "The folder that a release unpacks to, such as wxsession-0.1.0-arm64."
  type        = string
}

variable "bucket" {
  description = "A bucket of yours in the same Region, for the zips."
  type        = string
}

variable "wechat_app_id" {
  description = "AppID of the Mini Program."
  type        = string
}

variable "wechat_app_secret" {
  description = "Its AppSecret. It is kept in the state file: keep that where secrets may be."
  type        = string
  sensitive   = true
}

locals {
  release  = basename(abspath(var.bundle))
  template = replace(file("${var.bundle}/template.yaml"), "CodeUri: functions/", "CodeUri: s3://${var.bucket}/${local.release}/")
}

resource "aws_s3_object" "function" {
  for_each    = fileset("${var.bundle}/functions", "*.zip")
  bucket      = var.bucket
  key         = "${local.release}/${each.value}"
  source      = "${var.bundle}/functions/${each.value}"
  source_hash = filesha256("${var.bundle}/functions/${each.value}")
}

# Over the 51,200 bytes that CloudFormation takes in a call, so it goes by S3 too. A new text has a new name, and so is an update.
resource "aws_s3_object" "template" {
  bucket  = var.bucket
  key     = "${local.release}/template-${md5(local.template)}.yaml"
  content = local.template
}

resource "aws_cloudformation_stack" "wxsession" {
  name         = "wxsession"
  template_url = "https://${var.bucket}.s3.${data.aws_region.current.region}.${data.aws_partition.current.dns_suffix}/${aws_s3_object.template.key}"
  capabilities = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
  parameters = {
    WechatAppId     = var.wechat_app_id
    WechatAppSecret = var.wechat_app_secret
  }
  depends_on = [aws_s3_object.function]
}

output "api_url" {
  value = aws_cloudformation_stack.wxsession.outputs["ApiUrl"]
}
