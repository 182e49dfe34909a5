// Asks a model about an image and shows the answer as it comes: Generate MODEL-FOLDER PROMPT [IMAGE…]
using Retrace.Data;
using Retrace.Models;
using Retrace.Training.Evolution;
using Retrace.Training.Rollouts;

using VisionLanguageModel model = ComputeSettings.LoadModel(args[0]);
ResponseSampling greedy = new(Samples: 1, Temperature: 0, TopP: 1, MaxResponseTokens: 64, Seed: 0);
await foreach (string piece in model.Generate(args[1], [.. args[2..].Select(path => new ImageFile(path))], greedy))
{
    Console.Write(piece);
}
Console.WriteLine();
