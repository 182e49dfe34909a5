using Retrace.RolloutServers;

namespace Retrace.Configuration;

public sealed record RolloutSettings
{
    private const int UsualBatchSequences = 512;
    private const int UsualPrefillTokens = 16384;

    [Setting("What generates: the model in this process, or OpenAI-compatible servers.", OneOf = ["local", "openai"])]
    public string Engine { get; init; } = "local";

    [Setting("n: maternal trajectories for each problem, the group of GRPO; their answers are A_n.", AtLeast = 2)]
    public int Group { get; init; } = 8;

    [Setting("Sampling temperature.", Above = 0)]
    public double Temperature { get; init; } = 1.0;

    [Setting("Samples from the smallest set of tokens that holds this probability.", Above = 0, AtMost = 1)]
    public double TopP { get; init; } = 1.0;

    [Setting("Longest response in tokens; the prefix that a re-inference trajectory keeps counts too.", AtLeast = 1)]
    public int MaxResponseTokens { get; init; } = 1536;

    [Setting(
        "Method majority: samples behind a problem's vote, of which the first n train; null: n. " +
        "n·(1 + m) spends as many samples as csrs.",
        AtLeast = 1)]
    public int? VoteSamples { get; init; }

    [Setting(
        "Sequences generated side by side: bounds the memory of the KV cache; " +
        "null: as many as a run's memory allows.",
        AtLeast = 1)]
    public int? MaxBatchSequences { get; init; } = UsualBatchSequences;

    [Setting(
        "Prompt tokens, image tokens included, that are read side by side: bounds memory; " +
        "null: as many as a run's memory allows.",
        AtLeast = 1)]
    public int? PrefillTokens { get; init; } = UsualPrefillTokens;

    [Setting(
        "Engine openai: the servers' URLs, separated by spaces, as in " +
        "\"http://10.0.0.1:8000 http://10.0.0.2:8000\".")]
    public string? Servers { get; init; }

    [Setting("Engine openai: the servers' dialect for what OpenAI's API does not cover.",
        NamesOf = typeof(ServerDialects))]
    public string ServerApi { get; init; } = "vllm";

    [Setting("Engine openai: the environment variable that holds the servers' bearer token; null: they ask for none.")]
    public string? ApiKeyVariable { get; init; }

    [Setting("Engine openai: prompts go out as chat messages, or as token ids that are rendered here.",
        OneOf = ["messages", "tokens"])]
    public string Prompts { get; init; } = "messages";

    [Setting("Engine openai: the most samples of one prompt that a request asks for; null: all of them.", AtLeast = 1)]
    public int? SamplesPerRequest { get; init; }

    [Setting("Engine openai: requests in flight for each server, on average; the others wait here.", AtLeast = 1)]
    public int RequestsPerServer { get; init; } = 32;

    [Setting("Engine openai: seconds after which a request counts as failed and goes to another server.",
        Above = 0, AtMost = 86400)]
    public double RequestTimeout { get; init; } = 600;

    [Setting("Engine openai: seconds after which another server gets the same request, and the first reply counts.",
        Above = 0, AtMost = 86400)]
    public double HedgeAfter { get; init; } = 120;

    [Setting("Engine openai: samples of a policy more updates behind than this are generated anew.", AtLeast = 0)]
    public int MaxPolicyLag { get; init; }

    [Setting(
        "Engine openai: a folder that servers see under the same path, for weights; " +
        "null: one in the run's folder.")]
    public string? WeightsFolder { get; init; }

    /// <summary>The sequences that are generated side by side; the usual number where the setting is null and no run has chosen.</summary>
    public int SequencesAtOnce => MaxBatchSequences ?? UsualBatchSequences;

    /// <summary>The prompt tokens that are read side by side; the usual number where the setting is null and no run has chosen.</summary>
    public int PromptTokensAtOnce => PrefillTokens ?? UsualPrefillTokens;

    /// <summary>The addresses in <c>servers</c>.</summary>
    /// <exception cref="BadInputException">One is no address of an HTTP server.</exception>
    public Uri[] ServerAddresses() =>
    [
        .. (Servers ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text =>
            Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out Uri? address)
            && address is { Scheme: "http" or "https", UserInfo: "", Query: "" }
                ? address
                : throw new BadInputException(
                    "rollout.servers holds an address that is no URL of an HTTP server; each should be as "
                    + "http://127.0.0.1:8000, with nothing secret in it")),
    ];
}
