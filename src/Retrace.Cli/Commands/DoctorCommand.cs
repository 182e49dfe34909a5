using System.CommandLine;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Retrace.Models.Qwen;
using Retrace.Training.Configuration;
using Retrace.Training.Evolution;
using Retrace.Training.Prompts;
using SkiaSharp;
using Spectre.Console;
using TorchSharp;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace doctor</c>: what this machine can do, what is missing, and how to mend it.</summary>
internal static class DoctorCommand
{
    private const double BytesInGibibyte = 1L << 30;

    public static Command Create()
    {
        Option<bool> plan = new("--plan")
        {
            Description = "Says instead how much memory evolve would need with --model and these settings.",
        };
        Option<string?> model = new("--model") { Description = "Folder of the model to plan for.", HelpName = "DIR" };
        Option<int?> promptTokens = new("--prompt-tokens")
        {
            Description = "Tokens of the longest prompt; data.max_prompt_tokens if not given.",
            HelpName = "N",
        };
        Option<int?> imageTokens = new("--image-tokens")
        {
            Description = "How many of them stand for images; as many as model.max_pixels allows if not given.",
            HelpName = "N",
        };
        ConfigurationOptions settings = new();
        Command command = new("doctor", "Says what this machine can do: torch, device, memory, threads, packages.")
        {
            plan, model, promptTokens, imageTokens,
        };
        settings.AddTo(command);
        command.SetAction(parsed =>
        {
            if (!parsed.GetValue(plan))
            {
                return Examine(Console.Out);
            }
            string folder = parsed.GetValue(model) ?? throw new BadInputException("--plan needs --model.");
            RunConfiguration configuration = settings.Resolve(parsed, folder);
            QwenConfig config = QwenConfig.Load(folder);
            int tokens = parsed.GetValue(promptTokens) ?? configuration.Data.MaxPromptTokens;
            int side = config.Vision.PatchSize * config.Vision.MergeSize;
            int ofImages = parsed.GetValue(imageTokens) ?? configuration.Model.MaxPixels / (side * side);
            Show(MemoryPlan.Of(config, configuration, new PromptSize(tokens, Math.Min(tokens, ofImages))));
            return ExitCode.Done;
        });
        return command;
    }

    private static void Show(MemoryPlan plan)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("", "when", "GiB");
        table.Columns[2].RightAligned();
        foreach (MemoryItem item in plan.Items.Where(item => item.Bytes > 0))
        {
            table.AddRow(item.Name, item.Phase.ToString().ToLowerInvariant(), Number(item.Bytes));
        }
        AnsiConsole.Write(table.AddRow("peak: what is always there and the larger phase", "", Number(plan.Peak)));

        static string Number(long bytes) => (bytes / BytesInGibibyte).ToString("0.000", CultureInfo.InvariantCulture);
    }

    private static int Examine(TextWriter output)
    {
        bool healthy = true;
        Line("retrace", VersionOf(typeof(DoctorCommand)));
        Line("runtime", $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}");
        Check("torch", "build again with a network connection; for CUDA build with -p:Torch=cuda", ExamineTorch);
        Check("images", "the SkiaSharp native assets of this system are missing: build again", ExamineImages);
        Line("processor", $"{Environment.ProcessorCount} threads, {VectorExtensions()}");
        Line("memory", $"{Gibibytes(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)} for this process");
        Check("disk", "change to a folder that can be read", ExamineDisk);
        Line("packages", string.Join(", ", Packages()));
        return healthy ? ExitCode.Done : ExitCode.Failed;

        void Line(string name, string value) => output.WriteLine($"{name,-10} {value}");

        void Check(string name, string cure, Func<string> examine)
        {
            try
            {
                Line(name, examine());
            }
            catch (Exception error) // Whatever a native library does when it does not load.
            {
                healthy = false;
                Line(name, $"does not work: {Innermost(error).Message.ReplaceLineEndings(" ")}");
                Line("", $"→ {cure}");
            }
        }
    }

    private static string ExamineTorch()
    {
        using torch.Tensor product = torch.ones(2, 3).matmul(torch.ones(3, 2));
        if (product[0, 0].item<float>() != 3)
        {
            throw new InvalidOperationException("a matrix product came out wrong");
        }
        string device = torch.cuda.is_available()
            ? $"{torch.cuda.device_count()} CUDA device(s)"
            : "CPU only";
        return $"{torch.__version__}, {device}, {torch.get_num_threads()} threads";
    }

    private static string ExamineImages()
    {
        using SKBitmap bitmap = new(2, 2);
        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        using SKBitmap decoded = SKBitmap.Decode(png);
        return decoded is { Width: 2, Height: 2 }
            ? $"SkiaSharp {VersionOf(typeof(SKBitmap))} reads and writes PNG"
            : throw new InvalidOperationException("a PNG did not survive being written and read");
    }

    private static string ExamineDisk()
    {
        DriveInfo drive = new(Directory.GetCurrentDirectory());
        return $"{Gibibytes(drive.AvailableFreeSpace)} free in the working directory";
    }

    private static string VectorExtensions()
    {
        List<string> found = [];
        if (Avx2.IsSupported)
        {
            found.Add("AVX2");
        }
        if (Avx512F.IsSupported)
        {
            found.Add("AVX-512");
        }
        if (System.Runtime.Intrinsics.Arm.AdvSimd.IsSupported)
        {
            found.Add("NEON");
        }
        return found.Count == 0 ? "no vector extensions: torch will be slow" : string.Join(", ", found);
    }

    private static IEnumerable<string> Packages() =>
        new[]
        {
            typeof(torch),
            typeof(Microsoft.ML.Tokenizers.Tokenizer),
            typeof(Parquet.ParquetReader),
            typeof(YamlDotNet.Core.Parser),
            typeof(Spectre.Console.AnsiConsole),
        }.Select(type => $"{type.Assembly.GetName().Name} {VersionOf(type)}");

    // Without the commit that some builds append after a plus sign.
    private static string VersionOf(Type type)
    {
        Assembly assembly = type.Assembly;
        string? version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        return (version ?? assembly.GetName().Version!.ToString()).Split('+')[0];
    }

    private static Exception Innermost(Exception error) =>
        error.InnerException is { } inner ? Innermost(inner) : error;

    private static string Gibibytes(long bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"{bytes / BytesInGibibyte:0.0} GiB");
}
