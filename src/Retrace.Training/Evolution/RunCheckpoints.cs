using System.Text.Json;
using Retrace.Files;
using Retrace.Models;
using Retrace.Models.Checkpoints;
using Retrace.Runs;
using Retrace.Training.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Evolution;

/// <summary>
/// The checkpoints of a run: <c>checkpoints/step-N/</c>, each a model folder in the hub's layout, or an adapter in
/// PEFT's, with the optimizer's state in <c>trainer/</c> and checksums of all files. One that has its final name was whole when
/// it got it.
/// </summary>
/// <param name="runDirectory">The run's folder.</param>
/// <param name="keep">How many of the latest stay.</param>
internal sealed class RunCheckpoints(string runDirectory, int keep)
{
    private const string Prefix = "step-";
    private const string Unfinished = ".unfinished";
    private const string SetAsideAs = ".damaged";
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

    /// <summary>
    /// The latest checkpoint whose files are all as they were written, and what is wrong with those after it. What a run does
    /// after a checkpoint follows from it, so going back to an earlier one costs time alone.
    /// </summary>
    /// <returns>Null for the step where there is no checkpoint at all.</returns>
    /// <exception cref="BadInputException">There are some, and all are damaged.</exception>
    public (int? Step, IReadOnlyList<DamagedCheckpoint> Damaged) FindIntact()
    {
        List<DamagedCheckpoint> damaged = [];
        foreach (int step in Steps.OrderDescending())
        {
            if (Checksums.FindDamage(DirectoryOf(step)) is not string damage)
            {
                return (step, damaged);
            }
            damaged.Add(new DamagedCheckpoint(step, damage, DirectoryOf(step) + SetAsideAs));
        }
        return damaged is [DamagedCheckpoint latest, ..]
            ? throw new BadInputException(
                $"{latest.Damage}, and there is no intact checkpoint before it in {_directory}; put an intact copy there, or "
                + "remove the folder to begin anew.")
            : (null, []);
    }

    /// <summary>Renames a damaged checkpoint, so that the run can write that step's anew.</summary>
    public void SetAside(DamagedCheckpoint damaged)
    {
        if (Directory.Exists(damaged.KeptAs))
        {
            Directory.Delete(damaged.KeptAs, recursive: true);
        }
        Directory.Move(DirectoryOf(damaged.Step), damaged.KeptAs);
    }

    /// <summary>Writes a checkpoint under a temporary name, renames it, and removes those that are one too many.</summary>
    /// <param name="more">Other tensors to keep with the optimizer's; names that it does not use.</param>
    /// <exception cref="IOException">It cannot be written; the earlier ones are as they were.</exception>
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
    public void Save(int step, VisionLanguageModel model, int optimizerStep, IReadOnlyList<StoredTensor> state) =>
        Save(step, directory =>
        {
            model.Save(directory);
            string trainer = Path.Combine(directory, TrainerFolder);
            Directory.CreateDirectory(trainer);
            SafetensorsWriter.Write(Path.Combine(trainer, OptimizerFile), state);
            File.WriteAllBytes(
                Path.Combine(trainer, StateFile),
                JsonSerializer.SerializeToUtf8Bytes(new TrainerState(step, optimizerStep), Json));
        });

    /// <summary>The same with any files.</summary>
    /// <param name="writeFiles">Is given the folder.</param>
    public void Save(int step, Action<string> writeFiles)
    {
        if (Exists(step))
        {
            return; // A function of the steps taken: it would be the same again.
        }
        string temporary = DirectoryOf(step) + Unfinished;
        try
        {
            Remove(temporary); // Of a process that was killed.
            writeFiles(temporary);
            Checksums.Write(temporary);
            Directory.Move(temporary, DirectoryOf(step));
            DirectoryFlush.ToDisk(_directory);
            DirectoryFlush.ToDisk(Path.GetDirectoryName(_directory)!); // The first one has made the folder of them all.
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or BadInputException)
        {
            RemoveIfPossible(temporary); // On a full disk others want the space.
            throw new IOException($"The checkpoint of step {step} cannot be written: {error.Message}", error);
        }
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

    private static void Remove(string directory)
    {
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static void RemoveIfPossible(string directory)
    {
        try
        {
            Remove(directory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The next checkpoint tries again.
        }
    }

    private sealed record TrainerState(int Step, int OptimizerStep);
}

/// <summary>A checkpoint with a file that is not as it was written.</summary>
/// <param name="Step">The steps it was taken after.</param>
/// <param name="Damage">What is wrong: half a sentence that names the file.</param>
/// <param name="KeptAs">The folder that it is moved to.</param>
public sealed record DamagedCheckpoint(int Step, string Damage, string KeptAs);
