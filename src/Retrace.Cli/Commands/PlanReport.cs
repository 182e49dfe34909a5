using System.Globalization;
using Retrace.Configuration;
using Retrace.Models;
using Retrace.Models.Images;
using Retrace.Models.Native;
using Retrace.Models.Network;
using Retrace.Models.Text;
using Retrace.Training.Evolution;
using Retrace.Training.Prompts;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace doctor --plan</c>: the memory that a run would need, and whether a device has it.</summary>
/// <param name="folder">The model's folder.</param>
/// <param name="settings">The run's settings, for the device.</param>
/// <param name="device">A device of this machine to plan for; null: none is asked.</param>
internal sealed class PlanReport(string folder, RunConfiguration settings, string? device)
{
    private readonly ModelConfig _config = ModelFamilies.LoadConfig(folder);

    /// <summary>Prints the plan.</summary>
    /// <param name="data">The problems to plan for; null: the longest prompts that the settings allow.</param>
    /// <returns>The exit code: <see cref="ExitCode.Failed"/> where the device has not the memory.</returns>
    /// <exception cref="BadInputException">The data cannot be used, or the device cannot be asked.</exception>
    public int Write(string? data, TextWriter output, CancellationToken cancellation)
    {
        GpuMemory? gpu = device is null or "cpu" ? null : Ask(device);
        PromptSize largest = LargestPrompt(data, cancellation);
        // Without a device to plan for, the plan is for another machine, of which nothing is known.
        long? available = gpu?.Free ?? (settings.Model.Device == "cpu" ? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes : null);
        RunConfiguration chosen = SizesByMemory.Choose(_config, settings, largest, available);
        var plan = MemoryPlan.Within(available, _config, chosen, largest);
        output.WriteLine(plan.Table());
        if (_config.UnreadKeys.Count > 0)
        {
            output.WriteLine($"not read in its config.json: {string.Join(", ", _config.UnreadKeys)}");
        }
        output.WriteLine($"for prompts of up to {largest.Tokens} tokens, {largest.ImageTokens} of them of images");
        IReadOnlyList<string> sizes = SizesByMemory.Chosen(settings, chosen);
        if (sizes.Count > 0)
        {
            output.WriteLine($"chosen by memory: {string.Join(", ", sizes)}");
        }
        if (device is null || plan.Fits is not bool fits)
        {
            return ExitCode.Done;
        }
        string has = gpu is null
            ? $"cpu: this process can have {Gibibytes(available!.Value)} GiB"
            : $"{device}, {CudaDriver.NameOf(NumberOf(device)) ?? "unnamed"}: {Gibibytes(gpu.Free)} of {Gibibytes(gpu.Total)} GiB "
                + "are free, says the driver";
        output.WriteLine(fits
            ? $"{has}; the run fits, with {Gibibytes(available!.Value - plan.Peak)} GiB left"
            : $"{has}; the run does not fit, by {Gibibytes(plan.Peak - available!.Value)} GiB: lower rollout.max_batch_sequences, "
                + "rollout.prefill_tokens or learn.micro_batch_tokens (null: as memory allows), or set model.lora_rank");
        return fits ? ExitCode.Done : ExitCode.Failed;
    }

    private PromptSize LargestPrompt(string? data, CancellationToken cancellation)
    {
        ImageProcessorConfig images = _config.Family.LoadImages(folder).Within(settings.Model.MaxPixels);
        var tokenizer = new Lazy<Tokenizer>(() => _config.Family.LoadTokenizer(folder));
        int longest = settings.Data.MaxPromptTokens;
        return data is null
            ? new PromptSize(longest, Math.Min(longest, images.MaxPixels / (images.Factor * images.Factor)))
            : UsableProblems.Read(
                data,
                new ProblemPreparation(() => tokenizer.Value, new ImageProcessor(images), _config, settings.Data),
                cancellation).LargestPrompt;
    }

    // Asked of the driver: libtorch need not be one for CUDA.
    private static GpuMemory Ask(string device)
    {
        int number = NumberOf(device);
        if (CudaObstacle.OfDriver() is { } obstacle)
        {
            throw new BadInputException($"--device is {device}, but {obstacle.Reason}; {obstacle.Cure}");
        }
        int devices = CudaDriver.Ask()!.Devices;
        return number < devices
            ? GpuMemory.Of(number) ?? throw new BadInputException(
                $"--device is {device}, but the NVIDIA driver does not say how much memory it has free; see what nvidia-smi says")
            : throw new BadInputException(
                $"--device is {device}, but there are {devices} CUDA devices, counted from cuda:0");
    }

    private static int NumberOf(string device) =>
        device.Split(':') is [_, string number] ? int.Parse(number, CultureInfo.InvariantCulture) : 0;

    private static string Gibibytes(long bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.000}");
}
