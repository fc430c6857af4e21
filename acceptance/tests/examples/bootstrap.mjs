import { pathToFileURL } from "node:url";

const [file, name] = process.argv[1].split(".");
const { [name]: handler } = await import(pathToFileURL(`${process.cwd()}/${file}.mjs`));
const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;

for (;;) {
  const next = await fetch(`${api}/next`);
  const awsRequestId = next.headers.get("Lambda-Runtime-Aws-Request-Id");
  let outcome, body;
  try {
    [outcome, body] = ["response", await handler(await next.json(), { awsRequestId })];
  } catch (error) {
    [outcome, body] = ["error", { errorType: error.name, errorMessage: error.message }];
  }
  await fetch(`${api}/${awsRequestId}/${outcome}`, { method: "POST", body: JSON.stringify(body) });
}
