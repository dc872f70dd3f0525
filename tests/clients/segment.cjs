// Reads usage months with Segment's own client, and tells each page as that client tells it.

const { createInterface } = require("node:readline");
const { APICallsApi } = require("@segment/public-api-sdk-typescript");

async function walk(url, { token, method, period, count }) {
  const api = new APICallsApi(url);
  api.accessToken = token;
  const pages = [];
  let cursor;
  do {
    const { body } = await api[method](period, { count, cursor });
    pages.push(body);
    cursor = body.data.pagination.next;
  } while (cursor);
  return { pages };
}

async function all({ url, questions }) {
  const told = [];
  for (const question of questions) {
    const answer = walk(url, question);
    told.push(await answer.catch((error) => ({ status: error.statusCode, said: error.body })));
  }
  return told;
}

async function main() {
  for await (const line of createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await all(JSON.parse(line))));
  }
}

main();
