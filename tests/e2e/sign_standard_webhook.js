// Signs standard input as the npm package `standardwebhooks` does, and prints the headers as JSON.
//
//   node sign_standard_webhook.js SECRET ID SECONDS <body
const { readFileSync } = require("fs");
const { Webhook } = require("standardwebhooks");

const [secret, id, seconds] = process.argv.slice(2);
const time = new Date(Number(seconds) * 1000);
const signature = new Webhook(secret).sign(id, time, readFileSync(0));
console.log(JSON.stringify({
  "webhook-id": id,
  "webhook-timestamp": seconds,
  "webhook-signature": signature,
}));
