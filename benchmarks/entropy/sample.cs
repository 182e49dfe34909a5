#:project ../../src/Retrace.Training/Retrace.Training.csproj
#:project ../../src/Retrace.Data/Retrace.Data.csproj
#:property PublishAot=false
#:property TreatWarningsAsErrors=false

// Samples a group of responses to each problem and keeps how certain the model was of every token, with the
// continuations and the blind samples that grounded-vote reads, so that rules can be compared on the same responses:
//
//     dotnet run -c Release sample.cs MODEL-FOLDER DATA-FILE OUTPUT-FILE [PROBLEMS]
//
// takes so many of the first problems, all where no number is given, and goes on where an earlier try stopped.
// A line of the output is a problem as `retrace reward` reads it, and besides it `category`, `tokens`,
// `token_entropies` and `token_log_probs` of the responses, the stop token included.
using System.Text.Json;
using Retrace;
using Retrace.Anchors;
using Retrace.Answers;
using Retrace.Configuration;
using Retrace.Data.Formats;
using Retrace.Models;
using Retrace.Models.Images;
using Retrace.Models.Native;
using Retrace.Perturbations;
using Retrace.Problems;
using Retrace.Training.Evolution;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

const int Group = 8;
const int Blind = 8;
const long Seed = 0;
const int ProblemsAtOnce = 20;
const int MaxTokens = 64;
double[] keepRates = [0.1, 0.3, 0.5, 0.7, 0.9];

LibTorch.Prepare();
TorchSharp.torch.set_num_threads(1);
using VisionLanguageModel model = ComputeSettings.LoadModel(args[0]);
LocalRolloutEngine engine = new(model.Network, new RolloutSettings());
SamplingSettings sampling = new(Temperature: 1);
ProblemPreparation preparation = new(model, new DataSettings());
IAnswerExtraction extraction = AnswerExtractions.Create("boxed");
IImagePerturbation noise = ImagePerturbations.Create("gaussian", 80);
IImagePerturbation blank = ImagePerturbations.Create("blank");
ProblemSet set = ProblemSources.Open(args[1]).Read();
int wanted = args.Length > 3 ? int.Parse(args[3]) : set.Problems.Count;
int done = File.Exists(args[2]) ? File.ReadLines(args[2]).Count() : 0;

using StreamWriter output = new(args[2], append: true);
for (; done < wanted; done += ProblemsAtOnce)
{
    Problem[] problems = [.. set.Problems.Take(wanted).Skip(done).Take(ProblemsAtOnce)];
    PreparedProblem[] prepared = [.. problems.Select(preparation.Prepare)];
    Generation[][] maternal = Sample(prepared.Select((one, i) => new RolloutRequest(
        one.Prompt, one.Images, MaxTokens, Streams(Group, purpose: 0, PlaceOf(i)))));
    Generation[][] blind = Sample(prepared.Select((one, i) => new RolloutRequest(
        one.Prompt, Perturbed(one, blank, Random.Shared), MaxTokens, Streams(Blind, purpose: 1, PlaceOf(i)))));
    (int Problem, int Response, int[] Prefix, RolloutRequest Request)[] cuts = [.. prepared.SelectMany((one, i) =>
        maternal[i].SelectMany((response, j) =>
        {
            IReadOnlyList<ProcessedImage> images = Perturbed(one, noise, RandomStream.For(Seed, 2, PlaceOf(i), j));
            return keepRates.Select((rate, k) =>
            {
                int[] prefix = response.Tokens[..AnchorOf(response, rate)];
                return (i, j, prefix, new RolloutRequest(
                    [.. one.Prompt, .. prefix],
                    images,
                    MaxTokens - prefix.Length,
                    [RandomStream.For(Seed, 3, PlaceOf(i), j, k)]));
            });
        }))];
    Generation[][] continued = Sample(cuts.Select(cut => cut.Request));
    string[][][] retraced = [.. maternal.Select(group => group.Select(_ => new string[keepRates.Length]).ToArray())];
    foreach ((int place, (int problem, int response, int[] prefix, _)) in cuts.Index())
    {
        retraced[problem][response][place % keepRates.Length] =
            model.Tokenizer.Decode([.. prefix, .. continued[place][0].Content]);
    }
    foreach ((int i, Problem problem) in problems.Index())
    {
        output.WriteLine(JsonSerializer.Serialize(new
        {
            id = problem.Id,
            category = problem.Category,
            answer = set.Answers.GetValueOrDefault(problem.Id),
            maternal = maternal[i].Select(TextOf),
            retraced = retraced[i],
            blind = blind[i].Select(TextOf),
            entropies = maternal[i].Select(one => one.Entropies.Average(value => (double)value)),
            tokens = maternal[i].Select(one => one.Tokens.Select(token => model.Tokenizer.Decode([token]))),
            token_entropies = maternal[i].Select(one => one.Entropies),
            token_log_probs = maternal[i].Select(one => one.LogProbs),
        }));
    }
    output.Flush();

    long PlaceOf(int i) => done + i;
}

Generation[][] Sample(IEnumerable<RolloutRequest> requests) =>
    engine.Generate([.. requests], sampling, CancellationToken.None);

Random[] Streams(int count, long purpose, long place) =>
    [.. Enumerable.Range(0, count).Select(sample => RandomStream.For(Seed, purpose, place, sample))];

IReadOnlyList<ProcessedImage> Perturbed(PreparedProblem problem, IImagePerturbation perturbation, Random random) =>
    [.. problem.Pixels.Select(image => model.Images.Process(perturbation.Apply(image, random)))];

int AnchorOf(Generation response, double keepRate) => new RatioAnchor(keepRate).Choose(
    AnchorContext.Of([.. response.Content.ToArray().Select(token => model.Tokenizer.Decode([token]))], [], extraction),
    Random.Shared);

string TextOf(Generation one) => model.Tokenizer.Decode(one.Content.ToArray());
