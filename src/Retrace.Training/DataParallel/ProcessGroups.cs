namespace Retrace.Training.DataParallel;

/// <summary>Creates the process group that this process belongs to.</summary>
public static class ProcessGroups
{
    // Set by mpirun and by Slurm's srun --mpi=pmix in every process that they start.
    private static readonly string[] MarksOfALauncher = ["OMPI_COMM_WORLD_SIZE", "PMIX_RANK"];

    /// <summary>
    /// Joins the processes that MPI started together with this one; otherwise returns a single process.
    /// </summary>
    /// <exception cref="BadInputException">MPI started the process, but its library is missing.</exception>
    public static IProcessGroup Join() =>
        MarksOfALauncher.Any(name => Environment.GetEnvironmentVariable(name) is not null)
            ? new MpiProcessGroup()
            : new SingleProcess();
}
