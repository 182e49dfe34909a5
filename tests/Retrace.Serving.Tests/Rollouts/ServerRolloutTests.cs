using Retrace.Configuration;
using Retrace.Models;
using Retrace.Testing;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;
using Retrace.Training.Rollouts.Servers;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Serving.Tests.Rollouts;

/// <summary>Rollouts on servers beside rollouts of the same model in this process.</summary>
public abstract class ServerRolloutTests : IDisposable
{
    protected const int MaxTokens = 20;

    private int _engines;

    protected ServerRolloutTests() => Problems = ShippedProblems.Prepare(Model, 4);

    private protected TemporaryFolder Folder { get; } = new();

    protected VisionLanguageModel Model { get; } = ShippedProblems.LoadModel();

    protected PreparedProblem[] Problems { get; }

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Model.Dispose();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected static void AssertSame(Generation[][] expected, Generation[][] generated) => Assert.Equal(
        expected.SelectMany(samples => samples).Select(sample => sample.Tokens),
        generated.SelectMany(samples => samples).Select(sample => sample.Tokens));

    /// <summary>What the engine samples greedily, which must be what the policy in this process does.</summary>
    protected static Generation[][] AssertSamplesAs(
        VisionLanguageModel policy, OpenAiRolloutEngine engine, RolloutRequest[] requests)
    {
        Generation[][] generated = engine.Generate(requests, new SamplingSettings(0), Cancellation);
        AssertSame(Local(policy, requests, new SamplingSettings(0)), generated);
        return generated;
    }

    protected static void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.True(AreClose(expected, actual));
    }

    protected static bool AreClose(float[] expected, float[] actual) =>
        expected.Zip(actual).All(pair => Math.Abs(pair.First - pair.Second) < 2e-4 * (1 + Math.Abs(pair.First)));

    // Enough that other tokens are the likeliest.
    protected static void Disturb(VisionLanguageModel model)
    {
        using var noGrad = no_grad();
        using var generator = new Generator(9, CPU);
        foreach (string name in model.Network.Parameters.Names.Where(name => !model.Network.Parameters.IsShared(name)))
        {
            Tensor weight = model.Network.Parameters[name];
            if (weight.dim() == 2)
            {
                using Tensor noise = randn(weight.shape, generator: generator);
                using Scalar scale = 0.05;
                weight.add_(noise, scale);
            }
        }
    }

    // As each run has a folder of its own.
    protected OpenAiRolloutEngine Connect(VisionLanguageModel policy, Uri[] servers, params string[] settings) =>
        Connect(policy, servers, TimeProvider.System, settings);

    protected OpenAiRolloutEngine Connect(
        VisionLanguageModel policy, Uri[] servers, TimeProvider time, params string[] settings) =>
        ConnectFrom(Folder.Combine($"weights-{_engines++}"), policy, servers, time, settings);

    protected static OpenAiRolloutEngine ConnectFrom(
        string weightsFolder, VisionLanguageModel policy, Uri[] servers, TimeProvider time, params string[] settings) =>
        OpenAiRolloutEngine.Connect(
            policy,
            ConfigurationLayers.Resolve(
                Shipped.Model,
                file: null,
                [
                    "rollout.engine=openai",
                    $"rollout.servers={string.Join(' ', servers.Select(server => server.ToString()))}",
                    .. settings,
                ]),
            weightsFolder,
            Cancellation,
            time: time);

    protected RolloutRequest[] Requests(int samples) =>
    [
        .. Problems.Select((problem, i) => new RolloutRequest(
            problem.Prompt,
            problem.Images,
            MaxTokens,
            [.. Enumerable.Range(0, samples).Select(sample => RandomStream.For(3, i, sample))])),
    ];

    protected static Generation[][] Local(
        VisionLanguageModel policy, RolloutRequest[] requests, SamplingSettings sampling) =>
        new LocalRolloutEngine(policy.Network, 64).Generate(requests, sampling, Cancellation);
}
