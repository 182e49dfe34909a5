using System.Text.Json;
using Retrace.Images;
using Retrace.Models;
using Retrace.Problems;

namespace Retrace.Testing;

/// <summary>
/// An <see cref="UntrainedModel"/> of each family for a whole test class, and problems of all kinds: with one image, with
/// none, with two, and with images of other shapes.
/// </summary>
public sealed class UntrainedFamilies : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>The <c>model_type</c> of every family.</summary>
    public static TheoryData<string> All { get; } = new(ModelFamilies.All.Select(family => family.ModelType));

    /// <summary>The problems, one a line.</summary>
    public static string Problems { get; } = string.Join('\n',
    [
        Problem("one", "How long is it?", (40, 60)),
        Problem("none", "What is 3 + 4?"),
        Problem("two", "Is <image> as large as <image>?", (60, 40), (30, 30)),
        Problem("wide", "How many are there?", (90, 33)),
    ]);

    /// <summary>The folder of a family's model.</summary>
    public string FolderOf(string family)
    {
        string folder = _folder.Combine(family);
        if (!Directory.Exists(folder))
        {
            UntrainedModel.Write(folder, ModelFamilies.All.First(one => one.ModelType == family));
        }
        return folder;
    }

    /// <summary>Settings of a run with an adapter of all layers, as short as can be, on all problems at once.</summary>
    public static string[] Settings(string family)
    {
        bool hasExperts = ModelFamilies.All.First(one => one.ModelType == family).Tiny.Text.Experts is not null;
        string[] adapter = hasExperts
            ? ["model.lora_targets=q_proj k_proj v_proj o_proj gate_proj up_proj down_proj experts"]
            : ["model.lora_dropout=0.1"];
        return
        [
            // Nothing that an untrained model says is an answer, so that rewards have to come by chance.
            "method=random", "steps=2", "data.batch=4", "rollout.group=2", "learn.mini_batch=4", "checkpoint.every=1",
            "learn.learning_rate=0.01", "learn.warmup_steps=0", "model.lora_rank=2", .. adapter,
        ];
    }

    public void Dispose() => _folder.Dispose();

    private static string Problem(string id, string question, params (int Width, int Height)[] images) =>
        JsonSerializer.Serialize(new
        {
            id,
            question,
            images = images.Select((size, i) => Convert.ToBase64String(Noise(size.Width, size.Height, id.Length + i))),
        });

    private static byte[] Noise(int width, int height, int seed)
    {
        byte[] rgb = new byte[3 * width * height];
        new Random(seed).NextBytes(rgb);
        return ImageDecoder.EncodePng(new PixelImage(width, height, rgb));
    }
}
