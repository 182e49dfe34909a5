using System.Text;
using System.Text.Json;
using Retrace.Models.Images;
using Retrace.Models.Network;
using Retrace.Models.Text;
using Retrace.Problems;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Serving.Requests;

/// <summary>
/// Turns the bodies of requests into <see cref="SampleRequest"/>s, and refuses those that cannot be served.
/// </summary>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="images">The model's image processor.</param>
/// <param name="config">The model's configuration.</param>
/// <param name="modelName">The model to use where a request names none.</param>
/// <param name="limits">Bounds that every request must keep.</param>
internal sealed class RequestReading(
    Tokenizer tokenizer, ImageProcessor images, ModelConfig config, string modelName, ServerLimits limits)
{
    private const int UsualCompletion = 16; // Tokens, as in OpenAI's API.

    private readonly ChatTemplate _chat = config.Chat;

    /// <exception cref="ApiException">The request cannot be used.</exception>
    public SampleRequest Read(ChatFields chat)
    {
        if (chat.Messages is not [_, ..])
        {
            throw ApiException.BadRequest("`messages` must be a list of at least one message.");
        }
        List<PixelImage> shown = [];
        ChatTurn[] turns = [.. chat.Messages.Select((message, i) => TurnOf(message, i, shown))];
        bool continues = chat.ContinueFinalMessage ?? false;
        bool opens = chat.AddGenerationPrompt ?? true;
        if (continues && opens)
        {
            throw ApiException.BadRequest(
                "`continue_final_message` and `add_generation_prompt` cannot both be true.");
        }
        string text = continues ? _chat.Continuation(turns)
            : opens ? _chat.Prompt(turns)
            : _chat.Turns(turns);
        return Request(
            chat,
            Encode(tokenizer.Encode(text), shown),
            chat.MaxCompletionTokens ?? chat.MaxTokens ?? limits.MaxTokens);
    }

    /// <exception cref="ApiException">The request cannot be used.</exception>
    /// <returns>A request for each prompt.</returns>
    public IReadOnlyList<SampleRequest> Read(CompletionFields completion)
    {
        if (completion.Logprobs is < 0 or > 1)
        {
            // OpenAI's 1 asks for the most likely token as well, but clients use it to get the sampled token's value.
            throw ApiException.BadRequest("`logprobs` may be 0 or 1: alternatives to sampled tokens are not given.");
        }
        IReadOnlyList<int[]> prompts = PromptTokens.Of(completion.Prompt, tokenizer, limits.MaxSamples);
        SampleRequest[] requests =
        [
            .. prompts.Select(tokens => Request(completion, Encode(tokens, []), completion.MaxTokens ?? UsualCompletion)),
        ];
        _ = Within("n` times the number of prompts in `prompt", requests.Sum(one => one.Samples), 1, limits.MaxSamples);
        return requests;
    }

    /// <exception cref="ApiException">The request cannot be used.</exception>
    public SampleRequest Read(GenerateFields generate)
    {
        if (generate.Stream == true)
        {
            throw ApiException.BadRequest("`stream` is not supported by /generate; /v1/completions streams.");
        }
        if (generate.Text is null == generate.InputIds is null)
        {
            throw ApiException.BadRequest("Either `text` or `input_ids` must be given.");
        }
        generate.CheckOthers();
        GenerateSampling sampling = generate.SamplingParams ?? new GenerateSampling();
        int[] tokens = generate.InputIds ?? tokenizer.Encode(generate.Text!);
        return Request(
            sampling with
            {
                Seed = sampling.SamplingSeed ?? sampling.Seed,
                LoraPath = generate.LoraPath ?? sampling.LoraPath,
            },
            Encode(tokens, ImagesOf(generate.ImageData)),
            sampling.MaxNewTokens ?? limits.MaxTokens);
    }

    private SampleRequest Request(SamplingFields fields, EncodedPrompt prompt, int maxTokens)
    {
        fields.CheckSupported(config.Tokens);
        int samples = Within("n", fields.N ?? 1, 1, limits.MaxSamples);
        double temperature = fields.Temperature ?? 1;
        double topP = fields.TopP ?? 1;
        if (temperature is not (>= 0 and <= 100))
        {
            throw ApiException.BadRequest($"`temperature` is {temperature}, but must be from 0 to 100.");
        }
        if (topP is not (> 0 and <= 1))
        {
            throw ApiException.BadRequest($"`top_p` is {topP}, but must be above 0 and at most 1.");
        }
        return new SampleRequest(
            fields.LoraPath ?? fields.Model ?? modelName,
            prompt,
            samples,
            new SamplingSettings(temperature, topP),
            Within("max_tokens", maxTokens, 1, limits.MaxTokens),
            fields.Seed ?? Random.Shared.NextInt64(),
            fields.Stops());
    }

    private static int Within(string name, int value, int least, int most) => value >= least && value <= most
        ? value
        : throw ApiException.BadRequest($"`{name}` is {value}, but must be from {least} to {most}.");

    // Repeats each image's placeholder for every token that the image takes.
    private EncodedPrompt Encode(int[] tokens, IReadOnlyList<PixelImage> shown)
    {
        if (tokens.Length == 0)
        {
            throw ApiException.BadRequest("The prompt is empty.");
        }
        if (Array.FindIndex(tokens, id => id < 0 || id >= config.Text.VocabularySize) is >= 0 and int bad)
        {
            throw ApiException.BadRequest($"The token {tokens[bad]} is none of the model's.");
        }
        ImageGrid[] grids = [.. shown.Select(image => images.GridOf(image.Width, image.Height))];
        int expanded = tokens.Length + grids.Sum(grid => grid.TokenCount(config.Vision.MergeSize) - 1);
        if (expanded > limits.MaxPromptTokens)
        {
            throw ApiException.BadRequest(
                $"The prompt has {expanded} tokens; at most {limits.MaxPromptTokens} are taken.");
        }
        return new EncodedPrompt(
            config.ExpandImages(tokens, grids),
            [.. shown.Select(images.Process)]);
    }

    private ChatTurn TurnOf(MessageFields? message, int place, List<PixelImage> shown)
    {
        string role = message?.Role is "system" or "user" or "assistant"
            ? message.Role
            : throw ApiException.BadRequest($"`messages[{place}].role` must be system, user or assistant.");
        message.CheckOthers($"messages[{place}].");
        return message.Content switch
        {
            { ValueKind: JsonValueKind.String } text => new ChatTurn(role, text.Text()),
            { ValueKind: JsonValueKind.Array } parts => new ChatTurn(role, TextOf(parts, place, shown)),
            _ => throw ApiException.BadRequest($"`messages[{place}].content` must be a string or a list of parts."),
        };
    }

    private string TextOf(JsonElement parts, int place, List<PixelImage> shown)
    {
        var text = new StringBuilder();
        foreach (JsonElement part in parts.EnumerateArray())
        {
            string where = $"messages[{place}].content";
            switch (TextMember(part, "type", where))
            {
                case "text":
                    CheckMembers(part, where, "type", "text");
                    text.Append(TextMember(part, "text", where));
                    break;
                case "image_url" when part.TryGetProperty("image_url", out JsonElement image):
                    CheckMembers(part, where, "type", "image_url");
                    CheckMembers(image, where + ".image_url", "url");
                    string url = image.ValueKind == JsonValueKind.String
                        ? image.Text()
                        : TextMember(image, "url", where + ".image_url");
                    AddImage(shown, url, plain: false);
                    text.Append(_chat.ImagePlace);
                    break;
                default:
                    throw ApiException.BadRequest($"`{where}` holds a part that is neither text nor image_url.");
            }
        }
        return text.ToString();
    }

    private List<PixelImage> ImagesOf(JsonElement? data)
    {
        List<PixelImage> shown = [];
        JsonElement[] texts = data switch
        {
            null or { ValueKind: JsonValueKind.Null } => [],
            { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray()],
            { } one => [one],
        };
        foreach (JsonElement text in texts)
        {
            AddImage(
                shown,
                text.ValueKind == JsonValueKind.String
                    ? text.Text()
                    : throw ApiException.BadRequest("`image_data` must be a data URL or base64, or a list of them."),
                plain: true);
        }
        return shown;
    }

    private void AddImage(List<PixelImage> shown, string text, bool plain)
    {
        if (shown.Count == limits.MaxImages)
        {
            throw ApiException.BadRequest($"At most {limits.MaxImages} images are taken.");
        }
        shown.Add(ImageData.Read(text, $"Image {shown.Count + 1}", limits, plain));
    }

    private static void CheckMembers(JsonElement part, string where, params ReadOnlySpan<string> read)
    {
        if (part.ValueKind != JsonValueKind.Object)
        {
            return;
        }
        foreach (JsonProperty member in part.EnumerateObject())
        {
            string name = JsonText.NameOf(member);
            if (!read.Contains(name))
            {
                UnreadMembers.Check(where + ".", name, member.Value);
            }
        }
    }

    private static string TextMember(JsonElement parent, string name, string where) =>
        parent.ValueKind == JsonValueKind.Object
        && parent.TryGetProperty(name, out JsonElement member)
        && member.ValueKind == JsonValueKind.String
            ? member.Text()
            : throw ApiException.BadRequest($"`{where}.{name}` must be a string.");
}
