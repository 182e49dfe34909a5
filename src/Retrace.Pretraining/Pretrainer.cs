using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;
using Retrace.Configuration;
using Retrace.Files;
using Retrace.Geometry;
using Retrace.Models;
using Retrace.Models.Checkpoints;
using Retrace.Models.Images;
using Retrace.Models.Native;
using Retrace.Models.Network;
using Retrace.Models.Text;
using Retrace.Training.Evolution;
using Retrace.Training.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Pretraining;

/// <summary>A point of the learning curve.</summary>
/// <param name="Step">Optimizer steps so far.</param>
/// <param name="Lessons">Lessons seen so far.</param>
/// <param name="Loss">Mean negative log-probability of a response token, over the steps since the last point.</param>
/// <param name="EvaluationLoss">The same on problems that are never trained on.</param>
/// <param name="EvaluationLikelihood">
/// Mean probability that sampling gives exactly the teacher's response on them: less than the sampled accuracy.
/// </param>
/// <param name="Seconds">Seconds since the start.</param>
public sealed record PretrainingPoint(
    int Step, long Lessons, double Loss, double EvaluationLoss, double EvaluationLikelihood, double Seconds);

/// <summary>
/// Makes a small model from nothing: a tokenizer, then supervised training on an endless stream of geometry problems
/// with a teacher's responses. The loss counts the response alone, as in supervised fine-tuning.
/// </summary>
public sealed class Pretrainer(PretrainingRecipe recipe, long seed)
{
    private const string CurveFile = "pretraining.jsonl";
    private const int EvaluationLessons = 170; // 10 of each family.
    private const int PointEvery = 250;        // Steps.
    private const int LessonsAhead = 4;        // Batches made before they are asked for.
    private const int Shards = 2;              // Parts of a batch that are learned at once, each on one thread.

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <summary>Trains, and writes a model folder.</summary>
    /// <param name="directory">Created if it does not exist. It holds a model only when this returns, before that its
    /// checkpoints.
    /// </param>
    /// <param name="resume">Whether to go on from the latest checkpoint that an earlier try left there.</param>
    /// <param name="report">Called with each point of the learning curve.</param>
    /// <exception cref="BadInputException">The folder holds a model already, or nothing to go on from.</exception>
    /// <exception cref="OperationCanceledException">
    /// The operation was cancelled; it can be resumed from the last point.
    /// </exception>
    public void Run(string directory, bool resume, Action<PretrainingPoint> report, CancellationToken cancellation)
    {
        var checkpoints = new RunCheckpoints(directory, keep: 1);
        if (!resume)
        {
            if (Directory.Exists(directory) && Directory.EnumerateFileSystemEntries(directory).Any())
            {
                throw new BadInputException($"{directory} is not empty; give another --output, or --resume.");
            }
            checkpoints.Save(0, WriteUntrainedModel);
        }
        int stepsTaken = GoOnFrom(checkpoints)
            ?? throw new BadInputException($"{directory} holds no pretraining that --resume could go on with.");
        using var model =
            VisionLanguageModel.Load(checkpoints.DirectoryOf(stepsTaken), ScalarType.Float32, CPU);
        model.Network.Parameters.Train(_ => true);
        using var optimizer = new AdamW(model.Network.Parameters, recipe.WeightDecay);
        using var reading = new ReadingTask(model.Network.Config.Vision, seed);
        if (stepsTaken > 0)
        {
            checkpoints.Restore(stepsTaken, optimizer, reading.State);
            reading.Optimizer.ResumeAt(stepsTaken);
        }
        List<PretrainingPoint> curve = ReadCurve(directory, stepsTaken);
        Train(model, optimizer, reading, stepsTaken, curve.LastOrDefault()?.Seconds ?? 0, cancellation, point =>
        {
            curve.Add(point);
            WriteCurve(directory, curve);
            checkpoints.Save(point.Step, model, optimizer, reading.State);
            report(point);
        });
        model.Save(directory);
        recipe.Habits.Kinds()?.Write(directory);
        checkpoints.Delete();
    }

    /// <summary>
    /// Writes the model folder that training starts from: a tokenizer that has been learned, and weights that have not.
    /// </summary>
    /// <param name="directory">Created if it does not exist.</param>
    public void WriteUntrainedModel(string directory)
    {
        IEnumerable<string> corpus = Enumerable.Range(0, recipe.CorpusLessons)
            .Select(i => Lesson.TextOf(GeometryGenerator.Create(GeometrySplit.Train, seed, i), recipe.Family.Chat));
        recipe.Family.TrainTokenizer(corpus, recipe.VocabularySize, directory);
        using var model = new VisionLanguageNetwork(
            recipe.Configuration(recipe.Family.LoadTokenizer(directory)), ScalarType.Float32, CPU);
        model.Initialise(seed, recipe.InitialDeviation);
        CheckpointWriter.Write(directory, model.Parameters.Names.Select(name => (name, model.Parameters[name])));
        model.Config.Save(directory);
        recipe.Images.Save(directory);
        File.WriteAllText(Path.Combine(directory, ConfigurationLayers.RecommendationFile), recipe.RunSettings);
    }

    private static int? GoOnFrom(RunCheckpoints checkpoints)
    {
        (int? step, IReadOnlyList<DamagedCheckpoint> damaged) = checkpoints.FindIntact();
        foreach (DamagedCheckpoint one in damaged)
        {
            checkpoints.SetAside(one);
        }
        return step;
    }

    private void Train(
        VisionLanguageModel model,
        AdamW optimizer,
        ReadingTask reading,
        int stepsTaken,
        double secondsTaken,
        CancellationToken cancellation,
        Action<PretrainingPoint> onPoint)
    {
        Lesson[] evaluation =
        [
            .. Enumerable.Range(0, EvaluationLessons)
                .Select(i => Lesson.Generate(
                    GeometrySplit.Evaluation, seed, i, FigureDamage.None, TeacherHabits.None, model)),
        ];
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        ChannelReader<Lesson[]> batches = GenerateAhead(model, (long)stepsTaken * recipe.Batch, stop.Token);
        var clock = Stopwatch.StartNew();
        double loss = 0;
        int stepsInLoss = 0;
        for (int step = stepsTaken + 1; step <= recipe.Steps; step++)
        {
            Lesson[] batch = batches.ReadAsync(cancellation).AsTask().GetAwaiter().GetResult();
            loss += Learn(model.Network, optimizer, reading, batch, step);
            stepsInLoss++;
            if (step % PointEvery == 0 || step == recipe.Steps)
            {
                (double evaluationLoss, double likelihood) = Evaluate(model.Network, evaluation);
                onPoint(new PretrainingPoint(
                    step,
                    (long)step * recipe.Batch,
                    loss / stepsInLoss,
                    evaluationLoss,
                    likelihood,
                    secondsTaken + clock.Elapsed.TotalSeconds));
                loss = 0;
                stepsInLoss = 0;
            }
        }
        stop.Cancel();
    }

    private static List<PretrainingPoint> ReadCurve(string directory, int stepsTaken)
    {
        string path = Path.Combine(directory, CurveFile);
        return !File.Exists(path)
            ? []
            : [.. File.ReadLines(path)
                .Select(line => JsonSerializer.Deserialize<PretrainingPoint>(line, Json)!)
                .Where(point => point.Step <= stepsTaken)];
    }

    private static void WriteCurve(string directory, List<PretrainingPoint> curve) =>
        AtomicFile.Write(Path.Combine(directory, CurveFile), stream =>
        {
            foreach (PretrainingPoint point in curve)
            {
                JsonSerializer.Serialize(stream, point, Json);
                stream.WriteByte((byte)'\n');
            }
        });

    // Lessons are generated on a thread of their own while the model learns from earlier ones.
    private ChannelReader<Lesson[]> GenerateAhead(VisionLanguageModel model, long start, CancellationToken stop)
    {
        var channel = Channel.CreateBounded<Lesson[]>(LessonsAhead);
        _ = Task.Run(
            async () =>
            {
                try
                {
                    for (long first = start; ; first += recipe.Batch)
                    {
                        bool isHabitual = IsHabitual((int)(first / recipe.Batch) + 1);
                        Lesson[] batch =
                        [
                            .. Enumerable.Range(0, recipe.Batch).Select(i => Lesson.Generate(
                                GeometrySplit.Train,
                                seed,
                                first + i,
                                isHabitual ? recipe.HabitDamage : recipe.Damage,
                                isHabitual ? recipe.Habits : TeacherHabits.None,
                                model)),
                        ];
                        await channel.Writer.WriteAsync(batch, stop);
                    }
                }
                catch (Exception error)
                {
                    channel.Writer.TryComplete(error);
                }
            },
            stop);
        return channel.Reader;
    }

    private bool IsReading(int step) => step <= recipe.ReadingSteps;

    private bool IsHabitual(int step) => step > recipe.ReadingSteps + recipe.JointSteps;

    // Each of the first two stages warms up and falls as a cosine; the third stays where they end.
    private double LearningRateAt(int step)
    {
        if (IsHabitual(step))
        {
            return recipe.LearningRate * recipe.HabitRate;
        }
        int taken = IsReading(step) ? step : step - recipe.ReadingSteps;
        int steps = IsReading(step) ? recipe.ReadingSteps : recipe.JointSteps;
        if (taken <= recipe.WarmupSteps)
        {
            return recipe.LearningRate * taken / recipe.WarmupSteps;
        }
        double progress = (double)(taken - recipe.WarmupSteps) / (steps - recipe.WarmupSteps);
        double cosine = (1 + Math.Cos(Math.PI * progress)) / 2;
        return recipe.LearningRate * (recipe.FinalRate + ((1 - recipe.FinalRate) * cosine));
    }

    // First the vision tower learns to read, then both parts learn together to calculate, and last the teacher's habits
    // as well. The loss of the responses, or of reading as long as there is nothing else.
    private double Learn(VisionLanguageNetwork model, AdamW optimizer, ReadingTask reading, Lesson[] batch, int step)
    {
        if (step == recipe.ReadingSteps + 1 || step == recipe.ReadingSteps + recipe.JointSteps + 1)
        {
            optimizer.Restart();
        }
        Lesson[][] shards = [.. batch.Chunk((batch.Length + Shards - 1) / Shards)];
        double[] losses = new double[shards.Length];
        int tokens = batch.Sum(lesson => lesson.Content.Response.Length);
        float readingWeight = IsHabitual(step) ? 0 : ReadingTask.WeightOf(batch.Select(lesson => lesson.Reading));
        // libtorch counts threads by thread, and one of the pool may have had another number.
        set_num_threads(1);
        Parallel.For(0, shards.Length, i =>
        {
            set_num_threads(1);
            losses[i] = AddGradients(model, reading, shards[i], tokens, readingWeight, step);
        });
        optimizer.ClipGradients(1.0);
        optimizer.Update(LearningRateAt(step));
        if (!IsHabitual(step))
        {
            reading.Optimizer.Update(LearningRateAt(step));
        }
        return losses.Sum();
    }

    // Backward for some lessons of a batch, whose response tokens and weight of reading are given; returns their part of its
    // loss. That two threads add to the same gradients leaves them deterministic, since a sum of two does not depend on
    // their order.
    private double AddGradients(
        VisionLanguageNetwork model, ReadingTask reading, Lesson[] shard, int tokens, float readingWeight, int step)
    {
        using DisposeScope scope = NewDisposeScope();
        using var backward = BackwardPass.Begin(model.Device);
        ProcessedImage[] images = [.. shard.Select(lesson => lesson.Content.Images[0])];
        ImageFeatures features = model.EncodeImages(images);
        Tensor shown = IsReading(step) ? ReadingLoss() : ResponseLoss();
        Tensor loss = shown;
        if (!IsReading(step) && !IsHabitual(step))
        {
            using Scalar weight = recipe.ReadingWeight;
            loss = shown.Plus(ReadingLoss().mul(weight));
        }
        backward.From(loss);
        return shown.item<float>();

        Tensor ReadingLoss()
        {
            using Scalar whole = readingWeight;
            return reading.SummedLoss(features.Rows, [.. shard.SelectMany(lesson => lesson.Reading)]).div(whole);
        }

        Tensor ResponseLoss()
        {
            PromptedResponse[] contents = [.. shard.Select(lesson => lesson.Content)];
            using Scalar whole = tokens;
            return PromptedResponse.Predict(model, contents, images, features, temperature: 1).LogProbs.sum().neg().div(whole);
        }
    }

    private (double Loss, double Likelihood) Evaluate(VisionLanguageNetwork model, Lesson[] lessons)
    {
        using var noGrad = no_grad();
        double sum = 0;
        double likelihood = 0;
        int tokens = 0;
        foreach (Lesson[] batch in lessons.Chunk(recipe.Batch))
        {
            using DisposeScope scope = NewDisposeScope();
            PromptedResponse[] contents = [.. batch.Select(lesson => lesson.Content)];
            float[] logProbs = PromptedResponse.Predict(model, contents).LogProbs.data<float>().ToArray();
            int start = 0;
            foreach (Lesson lesson in batch)
            {
                double ofResponse = logProbs.Skip(start).Take(lesson.Content.Response.Length).Sum(p => (double)p);
                start += lesson.Content.Response.Length;
                sum += ofResponse;
                likelihood += Math.Exp(ofResponse);
            }
            tokens += start;
        }
        return (-sum / tokens, likelihood / lessons.Length);
    }
}
