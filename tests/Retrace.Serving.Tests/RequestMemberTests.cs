using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Retrace.Images;
using Retrace.Problems;

namespace Retrace.Serving.Tests;

/// <summary>Members of requests that the server does not read.</summary>
public sealed class RequestMemberTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RunningServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("guided_choice", """["A","B"]""")] // vLLM to 0.11.
    [InlineData("guided_json", """{"type":"object"}""")]
    [InlineData("guided_regex", "\"[AB]\"")]
    [InlineData("guided_grammar", "\"root\"")]
    [InlineData("structured_outputs", """{"choice":["A"]}""")]
    [InlineData("regex", "\"[AB]\"")] // SGLang.
    [InlineData("json_schema", "\"{}\"")]
    [InlineData("ebnf", "\"root\"")]
    [InlineData("structural_tag", "\"{}\"")]
    [InlineData("response_format", """{"type":"json_object"}""")]
    [InlineData("response_format", """{"type":"json_schema","json_schema":{"name":"x","schema":{}}}""")]
    [InlineData("response_format", """{"type":"text","strict":true}""")]
    [InlineData("functions", """[{"name":"f"}]""")]
    [InlineData("function_call", """{"name":"f"}""")]
    [InlineData("tools", """[{"type":"function","function":{"name":"f"}}]""")]
    [InlineData("tool_choice", "\"required\"")]
    [InlineData("chat_template", "\"{{x}}\"")]
    [InlineData("chat_template_kwargs", """{"enable_thinking":false}""")]
    [InlineData("mm_processor_kwargs", """{"max_pixels":784}""")]
    [InlineData("documents", """[{"title":"x"}]""")]
    [InlineData("include_stop_str_in_output", "true")]
    [InlineData("skip_special_tokens", "false")]
    [InlineData("logits_processors", """["x"]""")]
    [InlineData("logit_bias", """{"5":-100}""")]
    [InlineData("no_repeat_ngram_size", "3")]
    [InlineData("typical_p", "0.5")]
    [InlineData("dry_multiplier", "0.8")]
    [InlineData("top_k", "20")]
    [InlineData("min_p", "0.1")]
    [InlineData("ignore_eos", "true")]
    [InlineData("echo", "true")]
    [InlineData("prompt_logprobs", "0")] // Asks for those of the prompt's own tokens.
    [InlineData("top_logprobs", "5")]
    [InlineData("reasoning_effort", "\"low\"")]
    [InlineData("truncate_prompt_tokens", "8")] // A prompt is never cut, inside an image least of all.
    [InlineData("modalities", """["text","audio"]""")]
    [InlineData("audio", """{"voice":"x"}""")]
    [InlineData("web_search_options", "{}")]
    [InlineData("vllm_xargs", """{"x":1}""")]
    [InlineData("prompt", "\"x\"")] // Of another endpoint.
    [InlineData("temprature", "0")]
    public async Task What_might_change_the_reply_and_is_not_known_is_refused_by_its_name(string name, string value) =>
        await AssertRefused("v1/chat/completions", With(Chat(), name, value), name);

    [Theory]
    [InlineData("stream_options", """{"include_usage":true,"continuous_usage_stats":true}""", "stream_options.continuous_usage_stats")]
    [InlineData("stream_options", """{"every":1}""", "stream_options.every")]
    [InlineData("messages", """[{"role":"user","content":"x","tool_calls":[{}]}]""", "messages[0].tool_calls")]
    [InlineData("messages", """[{"role":"assistant","content":"x","prefix":true}]""", "messages[0].prefix")]
    [InlineData("messages", """[{"role":"user","content":[{"type":"text","text":"x","mark":1}]}]""", "messages[0].content.mark")]
    [InlineData("messages", """[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:,","detail":"low"}}]}]""", "messages[0].content.image_url.detail")]
    [InlineData("messages", """[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:,"},"max_pixels":784}]}]""", "messages[0].content.max_pixels")]
    public async Task So_it_is_in_objects_within(string name, string value, string named) =>
        await AssertRefused("v1/chat/completions", With(Chat(), name, value), named);

    [Theory]
    [InlineData("generate", """{"text":"x","sampling_params":{"regex":"[AB]"}}""", "sampling_params.regex")]
    [InlineData("generate", """{"text":"x","return_hidden_states":true}""", "return_hidden_states")]
    [InlineData("generate", """{"text":"x","video_data":["x"]}""", "video_data")]
    [InlineData("v1/completions", """{"prompt":"x","messages":[]}""", "messages")]
    [InlineData("v1/completions", """{"prompt":"x","suffix":"y"}""", "suffix")]
    [InlineData("v1/completions", """{"prompt":"x","best_of":3}""", "best_of")]
    [InlineData("v1/load_lora_adapter", """{"lora_name":"a","lora_path":"b","scale":2}""", "scale")]
    [InlineData("update_weights_from_disk", """{"model_path":"b","load_format":"dummy"}""", "load_format")]
    [InlineData("collective_rpc", """{"method":"reload_weights","kwargs":{"weights_path":"b","x":1}}""", "kwargs.x")]
    public async Task So_it_is_at_the_other_endpoints(string path, string body, string named) =>
        await AssertRefused(path, body, named);

    [Fact]
    public async Task What_changes_nothing_and_what_asks_for_nothing_is_taken()
    {
        JsonObject request = Chat();
        foreach ((string name, JsonNode? value) in JsonNode.Parse("""
            {
              "user": "somebody", "metadata": {"a": "b"}, "store": true, "service_tier": "auto",
              "safety_identifier": "x", "prompt_cache_key": "y", "parallel_tool_calls": true, "request_id": "1",
              "priority": 3, "frequency_penalty": 0, "presence_penalty": 0.0, "repetition_penalty": 1, "top_k": -1,
              "min_p": 0, "logit_bias": {}, "tools": [], "tool_choice": "none", "functions": [], "function_call": "auto",
              "response_format": {"type": "text"}, "modalities": ["text"], "structured_outputs": null,
              "guided_json": null, "reasoning_effort": null, "ignore_eos": false, "echo": false,
              "skip_special_tokens": true, "include_stop_str_in_output": false, "mm_processor_kwargs": {},
              "top_logprobs": 0, "chat_template_kwargs": {}, "stream_options": null
            }
            """)!.AsObject())
        {
            request[name] = value?.DeepClone();
        }
        Assert.Single((await _server.AskAsync("v1/chat/completions", request))["choices"]!.AsArray());
    }

    [Fact]
    public async Task A_conversation_is_taken_with_what_clients_put_into_messages()
    {
        string picture = Convert.ToBase64String(ImageDecoder.EncodePng(new PixelImage(28, 28, new byte[3 * 28 * 28])));
        JsonNode request = JsonNode.Parse("""
            {
              "max_tokens": 1, "stream_options": {"include_usage": true, "include_obfuscation": false},
              "messages": [
                {"role": "user", "name": "somebody", "content": [
                  {"type": "text", "text": "2+2?", "cache_control": {"type": "ephemeral"}},
                  {"type": "image_url", "uuid": "a", "image_url": {"url": "PICTURE", "detail": "high"}}]},
                {"role": "assistant", "content": "4", "refusal": null, "annotations": [], "tool_calls": [], "audio": null},
                {"role": "user", "content": "And 3+3?"}
              ]
            }
            """.Replace("PICTURE", "data:image/png;base64," + picture))!;
        Assert.Single((await _server.AskAsync("v1/chat/completions", request))["choices"]!.AsArray());
    }

    [Theory]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"t", "\":\"x\"}]}]}")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"x\",\"t", "\":1}]}")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"response_format\":{\"t", "\":\"text\"}}")]
    public async Task A_name_that_is_no_Unicode_is_refused(string before, string behind)
    {
        using ByteArrayContent body = new([.. Encoding.ASCII.GetBytes(before), 0xff, .. Encoding.ASCII.GetBytes(behind)]);
        using HttpResponseMessage response = await _server.Http.PostAsync(
            "v1/chat/completions", body, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    private static JsonObject Chat() => JsonNode.Parse(
        """{"messages":[{"role":"user","content":"2+2?"}],"max_tokens":1}""")!.AsObject();

    private static string With(JsonObject request, string name, string value)
    {
        request[name] = JsonNode.Parse(value);
        return request.ToJsonString();
    }

    private async Task AssertRefused(string path, string body, string named)
    {
        (HttpStatusCode status, JsonNode? reply) = await _server.PostAsync(path, body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains($"`{named}`", (string?)reply!["error"]!["message"]);
        Assert.Equal(named, (string?)reply["error"]!["param"]);
    }
}
