// Speaks to a server through OpenAI's own client for Node.js, and prints what came back as one JSON object.
//     node openai-client.mjs ADDRESS TOKEN IMAGE   (IMAGE: a data URL on standard input)
import OpenAI from "openai";
import { text } from "node:stream/consumers";

const [address, token] = process.argv.slice(2);
const image = await text(process.stdin);
const client = new OpenAI({ baseURL: `${address}v1`, apiKey: token, maxRetries: 0, timeout: 120_000 });
const messages = [
  { role: "system", content: "Be brief." },
  {
    role: "user",
    content: [
      { type: "text", text: "In" },
      { type: "image_url", image_url: { url: image, detail: "auto" } },
      { type: "text", text: "how long is AB?" },
    ],
  },
];
const greedy = { model: "tiny", temperature: 0, seed: 1 };

// What an error is for the client: its class, its status, and the server's own words.
async function failure(call) {
  try {
    await call();
    return null;
  } catch (error) {
    return { kind: error.constructor.name, status: error.status, message: error.message, param: error.param ?? null };
  }
}

const found = {};
found.models = (await client.models.list()).data.map((model) => model.id);
found.model = await client.models.retrieve("tiny");
found.chat = await client.chat.completions.create({
  ...greedy, messages, max_completion_tokens: 12, n: 2, logprobs: true, user: "somebody", store: false,
  metadata: { purpose: "test" },
});

found.stream = { text: "", chunks: 0, usage: null, finish: null };
const stream = await client.chat.completions.create({
  ...greedy, messages, max_completion_tokens: 12, stream: true, stream_options: { include_usage: true },
});
for await (const chunk of stream) {
  found.stream.chunks++;
  found.stream.text += chunk.choices[0]?.delta?.content ?? "";
  found.stream.finish = chunk.choices[0]?.finish_reason ?? found.stream.finish;
  found.stream.usage = chunk.usage ?? found.stream.usage;
}
found.helper = (await client.chat.completions
  .stream({ ...greedy, messages, max_completion_tokens: 12 })
  .finalChatCompletion()).choices[0].message.content;

found.completions = await client.completions.create({
  ...greedy, prompt: ["How long is AB?", "What is it?"], max_tokens: 5, n: 2, temperature: 1,
});
found.ids = await client.completions.create({ ...greedy, prompt: [[5, 6, 7]], max_tokens: 3 });
found.completionStream = "";
for await (const chunk of await client.completions.create({
  ...greedy, prompt: "How long is AB?", max_tokens: 5, stream: true,
})) {
  found.completionStream += chunk.choices[0]?.text ?? "";
}
found.completion = (await client.completions.create({
  ...greedy, prompt: "How long is AB?", max_tokens: 5,
})).choices[0].text;

found.errors = {
  format: await failure(() => client.chat.completions.create({
    ...greedy, messages, response_format: { type: "json_object" },
  })),
  guided: await failure(() => client.chat.completions.create({ ...greedy, messages, guided_choice: ["A", "B"] })),
  tools: await failure(() => client.chat.completions.create({
    ...greedy, messages, tools: [{ type: "function", function: { name: "f", parameters: {} } }],
  })),
  model: await failure(() => client.chat.completions.create({ ...greedy, model: "other", messages })),
  retrieve: await failure(() => client.models.retrieve("other")),
  token: await failure(() => client.withOptions({ apiKey: "wrong" }).models.list()),
  embeddings: await failure(() => client.embeddings.create({ model: "tiny", input: "x" })),
  stream: await failure(() => client.chat.completions.create({ ...greedy, messages: [], stream: true })),
};
console.log(JSON.stringify(found));
