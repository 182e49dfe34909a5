using Retrace.Benchmarks.Measuring;
using Retrace.Configuration;
using Retrace.Models.Network;
using Retrace.Training.DataParallel;
using Retrace.Training.Learning;
using static TorchSharp.torch;

namespace Retrace.Benchmarks;

/// <summary>
/// What several processes exchange in an update, how long that takes by itself, and how much of it lies beside the
/// backward pass. To be started by mpirun.
/// </summary>
internal static class Exchange
{
    private const int PromptTokens = 64;
    private const int ResponseTokens = 64;

    public static void Run(BenchmarkSettings settings)
    {
        using IProcessGroup processes = ProcessGroups.Join();
        ModelConfig config = settings.Smallest ? RandomModel.Smallest : RandomModel.Shape(512, 8, 8000);
        int responses = settings.Smallest ? 2 : 8; // Of each process.
        using VisionLanguageNetwork joint = Trained(config);
        using VisionLanguageNetwork own = Trained(config);
        using GrpoLearner together = LearnerOf(joint, processes);
        using GrpoLearner alone = LearnerOf(own, processes: null);
        TrainingSample[] samples = Samples(joint, responses * processes.Size);
        TrainingSample[] share = Samples(own, responses);
        long trained = joint.Parameters.Names.Where(name => joint.Parameters[name].requires_grad)
            .Sum(name => joint.Parameters[name].numel());
        long part = (trained + processes.Size - 1) / processes.Size;
        using Tensor whole = zeros(part * processes.Size);
        using Tensor sum = zeros(part);

        Rounds rounds = Rounds.Of(
            settings,
            ("gradients", () => processes.SumScatter(whole, sum)),
            ("weights", () => processes.GatherAll(sum, whole)),
            ("alone", () => alone.Learn(1, share)),
            ("together", () => together.Learn(1, samples)));
        processes.Leave();
        if (processes.Rank > 0)
        {
            return;
        }
        double bytes = 8.0 * trained * (processes.Size - 1) / processes.Size;
        Console.WriteLine(
            $"{processes.Size} processes, {trained / 1e6:0.0} million trained weights in fp32, {responses} responses of "
            + $"{ResponseTokens} tokens each to prompts of {PromptTokens}:");
        Console.WriteLine($"  MB that each sends and receives in an update     {bytes / 1e6:0.0}");
        Line("seconds to exchange them by itself", rounds.Of(Alone));
        Line("GB a second", rounds.Of(seconds => bytes / 1e9 / Alone(seconds)));
        Line("seconds to learn from its own samples alone", rounds.Seconds("alone"));
        Line("seconds to learn together", rounds.Seconds("together"));
        Line("share of the exchange that adds to the step", rounds.Of(seconds =>
            (seconds("together") - seconds("alone")) / Alone(seconds)));

        static double Alone(Func<string, double> seconds) => seconds("gradients") + seconds("weights");
    }

    private static void Line(string name, Spread spread) => Console.WriteLine($"  {name,-48} {spread.ToString("0.000")}");

    private static VisionLanguageNetwork Trained(ModelConfig config)
    {
        VisionLanguageNetwork model = RandomModel.Create(config);
        model.Train(vision: false);
        return model;
    }

    private static GrpoLearner LearnerOf(VisionLanguageNetwork model, IProcessGroup? processes) => new(
        model,
        reference: null,
        new LearningSettings { Kl = 0, LearningRate = 1e-12, MiniBatch = int.MaxValue },
        new RolloutSettings { MaxResponseTokens = ResponseTokens },
        seed: 0,
        processes);

    private static TrainingSample[] Samples(VisionLanguageNetwork model, int count)
    {
        PromptedResponse[] contents =
        [
            .. Enumerable.Range(0, count).Select(i => new PromptedResponse(
                RandomModel.Tokens(model.Config, PromptTokens, i),
                RandomModel.Tokens(model.Config, ResponseTokens, count + i),
                [])),
        ];
        float[][] logProbs = PromptedResponse.LogProbs(model, contents, 4096, 1, CancellationToken.None);
        return [.. contents.Select((content, i) => new TrainingSample(content, logProbs[i], i % 2 == 0 ? 1 : -1))];
    }
}
