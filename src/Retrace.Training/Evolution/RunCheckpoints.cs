using System.Text.Json;
using Retrace.Models;
using Retrace.Models.Checkpoints;
using Retrace.Runs;
using Retrace.Training.Configuration;
using Retrace.Training.Data;
using Retrace.Training.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Evolution;

/// <summary>
/// The checkpoints of a run: <c>checkpoints/step-N/</c>, each a model folder in the hub's layout, or an adapter in
/// PEFT's, with the optimizer's state in <c>trainer/</c>. One that has its final name is whole.
/// </summary>
/// <param name="runDirectory">The run's folder.</param>
/// <param name="keep">How many of the latest stay.</param>
internal sealed class RunCheckpoints(string runDirectory, int keep)
{
    private const string Prefix = "step-";
    private const string Unfinished = ".unfinished";
    private const string TrainerFolder = "trainer";
    private const string OptimizerFile = "optimizer.safetensors";
    private const string StateFile = "state.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    private readonly string _directory = Path.Combine(runDirectory, RunFolder.Checkpoints);

    /// <summary>The steps of all whole checkpoints.</summary>
    public IEnumerable<int> Steps => !Directory.Exists(_directory)
        ? []
        : Directory.EnumerateDirectories(_directory, Prefix + "*")
            .Select(path => int.TryParse(Path.GetFileName(path)[Prefix.Length..], out int step) ? step : -1)
            .Where(step => step >= 0);

    /// <summary>The step of the latest whole checkpoint; null where there is none.</summary>
    public int? LatestStep => Steps.Select(step => (int?)step).Max();

    public bool Exists(int step) => Directory.Exists(DirectoryOf(step));

    public string DirectoryOf(int step) => Path.Combine(_directory, $"{Prefix}{step}");

    /// <summary>Writes a checkpoint under a temporary name, renames it, and removes those that are one too many.</summary>
    /// <param name="more">Other tensors to keep with the optimizer's; names that it does not use.</param>
    public void Save(
        int step,
        VisionLanguageModel model,
        AdamW optimizer,
        IEnumerable<(string Name, Tensor Tensor)>? more = null) => Save(
            step,
            model,
            optimizer.Step,
            [.. optimizer.State.Concat(more ?? []).Select(state => StoredTensor.Of(state.Name, state.Tensor))]);

    /// <summary>The same, with tensors that need not be in memory before their turn.</summary>
    /// <param name="optimizerStep">Updates made so far.</param>
    /// <param name="state">The optimizer's.</param>
    public void Save(int step, VisionLanguageModel model, int optimizerStep, IReadOnlyList<StoredTensor> state)
    {
        if (Exists(step))
        {
            return; // A function of the steps taken: it would be the same again.
        }
        string final = DirectoryOf(step);
        string temporary = final + Unfinished;
        if (Directory.Exists(temporary))
        {
            Directory.Delete(temporary, recursive: true);
        }
        model.Save(temporary);
        string trainer = Path.Combine(temporary, TrainerFolder);
        Directory.CreateDirectory(trainer);
        SafetensorsWriter.Write(Path.Combine(trainer, OptimizerFile), state);
        AtomicFile.Write(Path.Combine(trainer, StateFile), stream =>
            JsonSerializer.Serialize(stream, new TrainerState(step, optimizerStep), Json));
        Directory.Move(temporary, final);
        RemoveOld();
    }

    /// <summary>Fills the optimizer; the weights are loaded from the same folder as a model.</summary>
    /// <exception cref="BadInputException">The checkpoint is broken.</exception>
    public void Restore(int step, AdamW optimizer, IEnumerable<(string Name, Tensor Tensor)>? more = null)
    {
        string trainer = Path.Combine(DirectoryOf(step), TrainerFolder);
        string statePath = Path.Combine(trainer, StateFile);
        TrainerState state;
        try
        {
            state = JsonSerializer.Deserialize<TrainerState>(File.ReadAllBytes(statePath), Json)
                ?? throw new JsonException("it is null");
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"The trainer's state {statePath} cannot be read: {error.Message}", error);
        }
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(trainer, OptimizerFile));
        using var noGrad = no_grad();
        foreach ((string name, long first, Tensor tensor) in optimizer.StateOfParts)
        {
            file.CopyTo(name, first, tensor.view(-1));
        }
        foreach ((string name, Tensor tensor) in more ?? [])
        {
            file.CopyTo(name, tensor);
        }
        optimizer.ResumeAt(state.OptimizerStep);
    }

    /// <summary>Removes all of them.</summary>
    public void Delete() => Directory.Delete(_directory, recursive: true);

    private void RemoveOld()
    {
        foreach (int step in Steps.OrderDescending().Skip(keep))
        {
            // Renamed first, so that a kill in the middle leaves nothing that looks whole.
            string leaving = DirectoryOf(step) + Unfinished;
            Directory.Move(DirectoryOf(step), leaving);
            Directory.Delete(leaving, recursive: true);
        }
        foreach (string rest in Directory.EnumerateDirectories(_directory, Prefix + "*" + Unfinished))
        {
            Directory.Delete(rest, recursive: true);
        }
    }

    private sealed record TrainerState(int Step, int OptimizerStep);
}
