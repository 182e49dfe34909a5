using System.Text.Json.Nodes;
using Retrace.Models;
using Retrace.Testing;
using Retrace.Training.Prompts;

namespace Retrace.Serving.Tests.Clients;

/// <summary>OpenAI's own client for Node.js against the server that ships.</summary>
public sealed class OpenAiClientTests
{
    private const string Token = "token-of-the-test";

    [Fact]
    public async Task Chat_streams_completions_models_and_errors_are_as_OpenAIs_client_expects_them()
    {
        using VisionLanguageModel model = ShippedProblems.LoadModel();
        PreparedProblem problem = ShippedProblems.Prepare(model, 1)[0];
        using NodeProgram node = new();
        await node.InstallAsync("openai@6");
        await using RunningServer server = await RunningServer.StartAsync(Token);
        JsonNode found = JsonNode.Parse(await node.RunAsync(
            "node",
            [node.Copy("Clients/openai-client.mjs"), server.Address.ToString(), Token],
            ShippedProblems.DataUrlOf(problem)))!;

        Assert.Equal([RunningServer.ModelName], found["models"]!.AsArray().Select(name => (string?)name));
        Assert.Equal(("tiny", "model"), ((string?)found["model"]!["id"], (string?)found["model"]!["object"]));
        AssertChat(found);
        AssertCompletions(found);
        AssertErrors(found["errors"]!);
    }

    private static void AssertChat(JsonNode found)
    {
        JsonNode chat = found["chat"]!;
        string?[] texts = [.. chat["choices"]!.AsArray().Select(choice => (string?)choice!["message"]!["content"])];
        Assert.Equal(2, texts.Length);
        Assert.Equal(texts[0], texts[1]); // Temperature 0.
        Assert.NotEqual("", texts[0]);
        int tokens = (int)chat["usage"]!["completion_tokens"]!;
        Assert.Equal(
            tokens, chat["choices"]!.AsArray().Sum(choice => choice!["logprobs"]!["content"]!.AsArray().Count));

        JsonNode stream = found["stream"]!;
        Assert.Equal(texts[0], (string?)stream["text"]);
        Assert.Equal(texts[0], (string?)found["helper"]);
        Assert.Equal((string?)chat["choices"]![0]!["finish_reason"], (string?)stream["finish"]);
        Assert.Equal(tokens / 2, (int)stream["usage"]!["completion_tokens"]!);
        Assert.True((int)stream["chunks"]! > 2);
    }

    private static void AssertCompletions(JsonNode found)
    {
        JsonArray choices = found["completions"]!["choices"]!.AsArray();
        Assert.Equal([0, 1, 2, 3], choices.Select(choice => (int)choice!["index"]!)); // Two prompts, two samples each.
        Assert.Equal(3, (int)found["ids"]!["usage"]!["prompt_tokens"]!);
        Assert.Equal((string?)found["completion"], (string?)found["completionStream"]);
    }

    private static void AssertErrors(JsonNode errors)
    {
        AssertError("BadRequestError", 400, "`response_format` is not supported", "response_format", errors["format"]);
        AssertError("BadRequestError", 400, "`guided_choice` is not known", "guided_choice", errors["guided"]);
        AssertError("BadRequestError", 400, "`tools` is not supported", "tools", errors["tools"]);
        AssertError("NotFoundError", 404, "The model `other` does not exist", null, errors["model"]);
        AssertError("NotFoundError", 404, "The model `other` does not exist", null, errors["retrieve"]);
        AssertError("AuthenticationError", 401, "bearer token", null, errors["token"]);
        AssertError("NotFoundError", 404, "There is no POST /v1/embeddings", null, errors["embeddings"]);
        AssertError("BadRequestError", 400, "`messages` must be a list", null, errors["stream"]);
    }

    private static void AssertError(string kind, int status, string fragment, string? param, JsonNode? error)
    {
        Assert.NotNull(error);
        Assert.Equal((kind, status, param), ((string?)error["kind"], (int)error["status"]!, (string?)error["param"]));
        Assert.Contains(fragment, (string?)error["message"]);
    }
}
