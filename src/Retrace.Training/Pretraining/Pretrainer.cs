using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;
using Retrace.Geometry;
using Retrace.Models;
using Retrace.Models.Checkpoints;
using Retrace.Models.Images;
using Retrace.Models.Qwen;
using Retrace.Models.Text;
using Retrace.Training.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Pretraining;

/// <summary>A point of the learning curve.</summary>
/// <param name="Step">Optimizer steps so far.</param>
/// <param name="Lessons">Lessons seen so far.</param>
/// <param name="Loss">Mean negative log-probability of a response token, over the steps since the last point.</param>
/// <param name="EvaluationLoss">The same on problems that are never trained on.</param>
/// <param name="EvaluationLikelihood">
/// Mean probability that sampling gives exactly the teacher's response on them: less than the sampled accuracy.
/// </param>
/// <param name="Seconds">Since the start.</param>
public sealed record PretrainingPoint(
    int Step, long Lessons, double Loss, double EvaluationLoss, double EvaluationLikelihood, double Seconds);

/// <summary>
/// Makes a small model from nothing: a tokenizer, then supervised training on an endless stream of geometry problems with
/// a teacher's responses. The loss counts the response alone, as in supervised fine-tuning.
/// </summary>
public sealed class Pretrainer(PretrainingRecipe recipe, long seed)
{
    private const int EvaluationLessons = 510; // 30 of each family.
    private const int PointEvery = 250;        // Steps.
    private const int LessonsAhead = 4;        // Batches drawn before they are asked for.

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <summary>Trains, and writes a model folder.</summary>
    /// <param name="directory">Made if it is not there; complete only when this returns.</param>
    /// <param name="report">Called with each point of the learning curve.</param>
    /// <exception cref="OperationCanceledException">It was stopped; nothing usable has been written.</exception>
    public void Run(string directory, Action<PretrainingPoint> report, CancellationToken cancellation)
    {
        Tokenizer tokenizer = LearnTokenizer(directory);
        var images = new ImageProcessor(recipe.Images);
        using var model = new QwenModel(recipe.Configuration(tokenizer), ScalarType.Float32, CPU);
        model.Initialise(seed);
        model.Parameters.Train(_ => true);
        using var optimizer = new AdamW(model.Parameters, recipe.WeightDecay);
        Lesson[] evaluation =
        [
            .. Enumerable.Range(0, EvaluationLessons)
                .Select(i => Lesson.Draw(GeometrySplit.Evaluation, seed, i, 0, tokenizer, images)),
        ];
        using var curve = new StreamWriter(Path.Combine(directory, "pretraining.jsonl"));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        ChannelReader<Lesson[]> batches = DrawAhead(tokenizer, images, stop.Token);
        var clock = Stopwatch.StartNew();
        double loss = 0;
        for (int step = 1; step <= recipe.Steps; step++)
        {
            Lesson[] batch = batches.ReadAsync(cancellation).AsTask().GetAwaiter().GetResult();
            loss += Learn(model, optimizer, batch, LearningRateAt(step)) / PointEvery;
            if (step % PointEvery == 0 || step == recipe.Steps)
            {
                (double evaluationLoss, double likelihood) = Evaluate(model, evaluation);
                var point = new PretrainingPoint(
                    step, (long)step * recipe.Batch, loss, evaluationLoss, likelihood, clock.Elapsed.TotalSeconds);
                curve.WriteLine(JsonSerializer.Serialize(point, Json));
                curve.Flush();
                report(point);
                loss = 0;
            }
        }
        stop.Cancel();
        CheckpointWriter.Write(directory, model.Parameters.Names.Select(name => (name, model.Parameters[name])));
        File.WriteAllText(Path.Combine(directory, "config.json"), model.Config.ToJson());
        recipe.Images.Save(directory);
        File.WriteAllText(Path.Combine(directory, "evolve.yaml"), recipe.RunSettings);
    }

    private Tokenizer LearnTokenizer(string directory)
    {
        IEnumerable<string> corpus = Enumerable.Range(0, recipe.CorpusLessons)
            .Select(i => Lesson.TextOf(GeometryGenerator.Create(GeometrySplit.Train, seed, i)));
        ByteLevelBpeTrainer.Train(corpus, recipe.VocabularySize, ChatTemplate.SpecialTokens, directory);
        return Tokenizer.Load(directory);
    }

    // Lessons are drawn on a thread of their own while the model learns from earlier ones.
    private ChannelReader<Lesson[]> DrawAhead(Tokenizer tokenizer, ImageProcessor images, CancellationToken stop)
    {
        var channel = Channel.CreateBounded<Lesson[]>(LessonsAhead);
        _ = Task.Run(
            async () =>
            {
                try
                {
                    for (long first = 0; ; first += recipe.Batch)
                    {
                        Lesson[] batch =
                        [
                            .. Enumerable.Range(0, recipe.Batch).Select(i => Lesson.Draw(
                                GeometrySplit.Train, seed, first + i, recipe.NoisyShare, tokenizer, images)),
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

    private double LearningRateAt(int step)
    {
        if (step <= recipe.WarmupSteps)
        {
            return recipe.LearningRate * step / recipe.WarmupSteps;
        }
        double progress = (double)(step - recipe.WarmupSteps) / (recipe.Steps - recipe.WarmupSteps);
        double cosine = (1 + Math.Cos(Math.PI * progress)) / 2;
        return recipe.LearningRate * (recipe.FinalRate + ((1 - recipe.FinalRate) * cosine));
    }

    private static double Learn(QwenModel model, AdamW optimizer, Lesson[] batch, double learningRate)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor loss = ResponseLogProbs(model, batch).LogProbs.mean().neg();
        loss.backward();
        optimizer.ClipGradients(1.0);
        optimizer.Update(learningRate);
        return loss.item<float>();
    }

    private (double Loss, double Likelihood) Evaluate(QwenModel model, Lesson[] lessons)
    {
        using var noGrad = no_grad();
        double sum = 0;
        double likelihood = 0;
        int tokens = 0;
        foreach (Lesson[] batch in lessons.Chunk(recipe.Batch))
        {
            using DisposeScope scope = NewDisposeScope();
            float[] logProbs = ResponseLogProbs(model, batch).LogProbs.data<float>().ToArray();
            int start = 0;
            foreach (Lesson lesson in batch)
            {
                double ofResponse = logProbs.Skip(start).Take(lesson.Response.Length).Sum(p => (double)p);
                start += lesson.Response.Length;
                sum += ofResponse;
                likelihood += Math.Exp(ofResponse);
            }
            tokens += start;
        }
        return (-sum / tokens, likelihood / lessons.Length);
    }

    // The log-probabilities of all response tokens, lesson after lesson.
    private static TokenPredictions ResponseLogProbs(QwenModel model, Lesson[] lessons)
    {
        ImageFeatures images = model.EncodeImages([.. lessons.Select(lesson => lesson.Image)]);
        TokenSequence[] sequences =
            [.. lessons.Select((lesson, i) => new TokenSequence([.. lesson.Prompt, .. lesson.Response], [i]))];
        SequenceBatch batch = SequenceBatch.Of(model.Config, sequences, images, PaddingSide.Right, model.Device);
        Tensor hidden = model.Forward(batch, images);
        long width = hidden.shape[1];
        long[] places =
        [
            .. lessons.SelectMany((lesson, row) => Enumerable.Range(0, lesson.Response.Length)
                .Select(i => (row * width) + lesson.Prompt.Length - 1 + i)),
        ];
        long[] targets = [.. lessons.SelectMany(lesson => lesson.Response).Select(id => (long)id)];
        return TokenPredictions.Of(model, hidden, tensor(places), tensor(targets));
    }
}
