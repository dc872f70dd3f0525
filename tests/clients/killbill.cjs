// Makes calls one after the other with Kill Bill's own client, and tells what it tells of each.

const { createInterface } = require("node:readline");
const killbill = require("killbill");

async function tell(config, [api, method, ...args]) {
  try {
    const { status, headers, data } = await new killbill[api](config)[method](...args);
    return { status, headers, data };
  } catch (error) {
    if (!error.response) throw error;
    const { status, headers, data } = error.response;
    return { status, headers, data };
  }
}

async function all({ url, login, tenant, calls }) {
  const [username, password] = login;
  const apiKey = killbill.apiKey(...tenant);
  const config = new killbill.Configuration({ basePath: url, username, password, apiKey });
  const told = [];
  for (const call of calls) told.push(await tell(config, call));
  return told;
}

async function main() {
  for await (const line of createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await all(JSON.parse(line))));
  }
}

main();
